import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import type * as Passwords from "../../packages/passwords/index.js";
import { hashPassword, isCommonPassword, verifyPassword } from "../../packages/passwords/index.js";

// RFC 7914, section 12: "password" with salt "NaCl", N = 1024, r = 8, p = 16.
const KEY = Buffer.from(
  "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
  "hex",
);
const plain = (bytes: Buffer) => bytes.toString("base64").replace(/=/g, "");
const OLD = `$scrypt$ln=10,r=8,p=16$${plain(Buffer.from("NaCl"))}$${plain(KEY)}`;

const isRight = async (...args: Parameters<typeof verifyPassword>) => (await verifyPassword(...args)).right;

describe("passwords", () => {
  it("are hashed with argon2id, as OWASP asks, and verified", async () => {
    const stored = await hashPassword("marquee");
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(stored).not.toContain("marquee");
    expect(await verifyPassword("marquee", stored)).toEqual({ right: true, upgraded: null });
    expect(await verifyPassword("Marquee", stored)).toEqual({ right: false, upgraded: null });
    expect(await isRight("", stored)).toBe(false);
  });

  it("are one however their letters are composed", async () => {
    expect(await isRight("cafe\u0301", await hashPassword("caf\u00e9"))).toBe(true);
  });

  it("salts: equal passwords have different hashes", async () => {
    expect(await hashPassword("x")).not.toBe(await hashPassword("x"));
  });

  it("hashed before are verified by their own parameters, and hashed anew where they are right", async () => {
    const { right, upgraded } = await verifyPassword("password", OLD);
    expect(right).toBe(true);
    expect(await verifyPassword("password", upgraded)).toEqual({ right: true, upgraded: null });
    expect(await verifyPassword("Password", OLD)).toEqual({ right: false, upgraded: null });
  });

  it("hashed cheaper than now are hashed anew", async () => {
    const { hash } = await import("@node-rs/argon2");
    const cheap = await hash("marquee", { memoryCost: 1_024, timeCost: 2, parallelism: 1 });
    expect((await verifyPassword("marquee", cheap)).upgraded).toMatch(/^\$argon2id\$v=19\$m=19456,/);
    expect((await verifyPassword("wrong", cheap)).upgraded).toBeNull();
  });

  it("are wrong for an unknown account and for a damaged hash, whatever that asks for", async () => {
    const huge = "$argon2id$v=19$m=4194304,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A".repeat(43);
    for (const stored of [null, "$scrypt$ln=31,r=8,p=5$AAAA$AAAA", "plain", "$argon2id$nonsense", huge])
      expect(await verifyPassword("marquee", stored)).toEqual({ right: false, upgraded: null });
  });
});

describe("what is computed for a password", () => {
  type Computing = (...args: unknown[]) => unknown;
  /** What was computed, in order: what takes time. */
  const work: string[] = [];
  const counted =
    (name: string, compute: Computing): Computing =>
    (...args) => {
      work.push(name);
      return compute(...args);
    };
  const countedIn = (module: string, names: Record<string, string>) =>
    vi.doMock(module, async (original) => {
      const whole = await original<Record<string, Computing>>();
      const mocked = { ...whole };
      for (const [name, called] of Object.entries(names)) mocked[name] = counted(called, whole[name]!);
      return { ...mocked, default: mocked };
    });
  let passwords: typeof Passwords;

  // Files of this run share what they have loaded.
  beforeAll(async () => {
    vi.resetModules();
    countedIn("@node-rs/argon2", { hash: "argon2id", verify: "argon2id" });
    countedIn("node:crypto", { scrypt: "scrypt" });
    passwords = await import("../../packages/passwords/index.js");
  });
  afterAll(() => {
    vi.doUnmock("@node-rs/argon2");
    vi.doUnmock("node:crypto");
    vi.resetModules();
  });
  const workOf = async (...args: Parameters<typeof verifyPassword>) => {
    work.splice(0);
    await passwords.verifyPassword(...args);
    return [...work];
  };

  it("does not tell an account from none", async () => {
    const stored = await hashPassword("marquee");
    for (const known of [stored, null, "damaged"]) expect(await workOf("guess", known)).toEqual(["argon2id"]);
    expect(await workOf("marquee", stored)).toEqual(["argon2id"]);
  });

  it("does not tell an old account from none either, while there are old ones", async () => {
    const stored = await hashPassword("marquee");
    for (const known of [stored, null, OLD])
      expect(await workOf("guess", known, true)).toEqual(["scrypt", "argon2id"]);
    expect(await workOf("marquee", stored, true)).toEqual(["scrypt", "argon2id"]);
    expect(await workOf("password", OLD, true)).toEqual(["scrypt", "argon2id"]);
  });
});

describe("common passwords", () => {
  it("are known in any case, and others are not among them", async () => {
    for (const common of ["password", "Password1", "QWERTYUIOP", "iloveyou1", "trustno1"])
      expect(await isCommonPassword(common), common).toBe(true);
    for (const rare of ["correct horse battery", "marquee of the lamplighter"])
      expect(await isCommonPassword(rare), rare).toBe(false);
  });
});
