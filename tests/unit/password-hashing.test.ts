import { describe, expect, it } from "vitest";

import { PasswordHashing } from "../../datasources/accounts/password-hashing.js";
import { type Tenant } from "../../datasources/core/tenant.js";

const TENANT = { id: 1 } as Tenant;

const NOBODYS = { stored: null, mixed: false };

const busy = { code: "SIGN_IN_BUSY", message: expect.stringMatching(/\.$/) as unknown };

describe("passwords of many at once", () => {
  it("are hashed a few at a time, and refused where too many wait", async () => {
    const passwords = new PasswordHashing();
    const asked = await Promise.allSettled(
      Array.from({ length: 80 }, () => passwords.verify(TENANT, "any", NOBODYS)),
    );
    const refused = asked.filter((each) => each.status === "rejected");
    for (const { reason } of refused) expect(reason).toMatchObject(busy);
    // Two under way and 32 waiting, of which those that waited too long are refused as well.
    expect(asked.length - refused.length).toBeGreaterThanOrEqual(2);
    expect(asked.length - refused.length).toBeLessThanOrEqual(34);
  });

  it("leave other work of the threads alone", async () => {
    const passwords = new PasswordHashing();
    let done = false;
    const many = Array.from({ length: 20 }, () => passwords.verify(TENANT, "any", NOBODYS).catch(() => null));
    void Promise.all(many).then(() => (done = true));
    const { pbkdf2 } = await import("node:crypto");
    await new Promise((resolve) => pbkdf2("as a connection does", "salt", 4_096, 32, "sha256", resolve));
    expect(done).toBe(false);
    await Promise.all(many);
  });

  it("are not hashed for somebody who has hung up", async () => {
    const passwords = new PasswordHashing();
    const gone = new AbortController();
    const first = [passwords.verify(TENANT, "any", NOBODYS), passwords.verify(TENANT, "any", NOBODYS)];
    const waiting = Array.from({ length: 30 }, () => passwords.verify(TENANT, "any", NOBODYS, gone.signal));
    const last = passwords.verify(TENANT, "any", NOBODYS);
    const refused = Promise.allSettled(waiting);
    gone.abort();
    const started = performance.now();
    await Promise.all(first);
    const each = (performance.now() - started) / 2;
    for (const answer of await refused) expect(answer).toMatchObject({ status: "rejected", reason: busy });
    expect((await last).right).toBe(false);
    expect(performance.now() - started).toBeLessThan(each * 15);
  });
});
