import { describe, expect, it } from "vitest";

import { type Identity } from "../../resolvers/request/identity.js";
import { OperatorsFirst } from "../../src/http/operators-first.js";

const identity: Identity = {
  tenant: "t",
  account: "a",
  profile: "p",
  session: "s",
  roles: null,
  operator: true,
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Looks up what is set, at a time that is set. */
function watched() {
  const clock = { ms: 0 };
  const facts = { operator: true, down: false, looks: 0 };
  const look = () => {
    facts.looks += 1;
    return facts.down ? Promise.reject(new Error("down")) : Promise.resolve(facts.operator);
  };
  return { clock, facts, operators: new OperatorsFirst(look, { now: () => clock.ms }) };
}

describe("operators", () => {
  it("go first by their token's word until it was looked up, and by what was found then", async () => {
    const { facts, operators } = watched();
    facts.operator = false;
    expect(operators.has("token", identity)).toBe(true);
    await settled();
    expect(operators.has("token", identity)).toBe(false);
    expect(operators.has("another", identity)).toBe(true);
  });

  it("that are none any more are everybody within five seconds, looked up once for as long as that stands", async () => {
    const { clock, facts, operators } = watched();
    operators.has("token", identity);
    await settled();
    facts.operator = false;
    clock.ms = 3_999;
    expect(operators.has("token", identity)).toBe(true);
    expect(facts.looks).toBe(1);
    clock.ms = 4_001;
    operators.has("token", identity);
    await settled();
    expect(operators.has("token", identity)).toBe(false);
    expect(facts.looks).toBe(2);
    // Who waits gains nothing by it.
    clock.ms = 1_000_000;
    expect(operators.has("token", identity)).toBe(false);
  });

  it("are what they were known as while nobody can be looked up", async () => {
    const { clock, facts, operators } = watched();
    facts.operator = false;
    operators.has("token", identity);
    await settled();
    facts.down = true;
    clock.ms = 9_000;
    operators.has("token", identity);
    await settled();
    expect(operators.has("token", identity)).toBe(false);
    expect(operators.has("new", identity)).toBe(true);
    await settled();
    expect(operators.has("new", identity)).toBe(true);
  });

  it("do not go first unless their token says so, and then nobody is looked up", () => {
    const { facts, operators } = watched();
    expect(operators.has("token", { ...identity, operator: false })).toBe(false);
    expect(facts.looks).toBe(0);
  });
});
