import { describe, expect, it } from "vitest";

import { LocalKeys, Sealing, SealBrokenError } from "../../packages/envelope/index.js";

const secret = (fill: number) => Buffer.alloc(32, fill);
const text = (content: string) => Buffer.from(content, "utf8");

describe("what is sealed", () => {
  const sealing = new Sealing(secret(1));

  it("opens with the same key and context, whatever it is", () => {
    for (const content of ["", "kim@example.com", "Zoë 👩‍🚀", "x".repeat(300_000)]) {
      const sealed = sealing.seal(text(content), "name");
      expect(new Sealing(secret(1)).open(sealed, "name").toString("utf8")).toBe(content);
      expect(content === "" || !sealed.includes(content)).toBe(true);
    }
  });

  it("opens with no other key, in no other context and with no bit changed", () => {
    const sealed = sealing.seal(text("kim@example.com"), "address");
    expect(() => new Sealing(secret(2)).open(sealed, "address")).toThrow(SealBrokenError);
    expect(() => sealing.open(sealed, "name")).toThrow(SealBrokenError);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => sealing.open(changed, "address")).toThrow(SealBrokenError);
      expect(() => sealing.open(sealed.subarray(0, at), "address")).toThrow(SealBrokenError);
    }
  });

  it("is the same for the same, and shares no nonce with anything else", () => {
    const seal = (content: string, context: string) => sealing.seal(text(content), context);
    expect(seal("kim", "name a")).toEqual(seal("kim", "name a"));
    const others = [
      seal("kim", "name b"),
      seal("kin", "name a"),
      seal("a", "name kim"),
      seal("", "kimname a"),
    ];
    const nonces = [seal("kim", "name a"), ...others].map((sealed) => sealed.toString("hex", 1, 13));
    expect(new Set(nonces).size).toBe(nonces.length);
  });
});

describe("keys that wrap", () => {
  const [older, newer] = [secret(3), secret(4)] as const;
  const dataKey = secret(9);

  it("unwrap what each of them has wrapped, and wrap with the newest", async () => {
    const old = await new LocalKeys([older]).wrap(dataKey);
    const keys = new LocalKeys([newer, older]);
    expect(await keys.unwrap(old)).toEqual(dataKey);
    const now = await keys.wrap(dataKey);
    expect(now.keyId).toBe(new LocalKeys([newer]).keyId);
    expect(await new LocalKeys([newer]).unwrap(now)).toEqual(dataKey);
    expect([keys.has(old.keyId), new LocalKeys([newer]).has(old.keyId)]).toEqual([true, false]);
  });

  it("refuse what another has wrapped, and tell nothing of themselves by their names", async () => {
    const old = await new LocalKeys([older]).wrap(dataKey);
    await expect(new LocalKeys([newer]).unwrap(old)).rejects.toThrow(`no key ${old.keyId}`);
    const { keyId } = new LocalKeys([newer]);
    await expect(new LocalKeys([newer]).unwrap({ ...old, keyId })).rejects.toThrow(SealBrokenError);
    expect(old.wrapped.includes(dataKey) || older.toString("base64url").includes(old.keyId)).toBe(false);
  });
});
