import { describe, expect, it } from "vitest";

import { hashPassword, verifyPassword } from "../../packages/passwords/index.js";

describe("passwords", () => {
  it("verifies what was hashed and nothing else", async () => {
    const stored = await hashPassword("marquee");
    expect(stored).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect(stored).not.toContain("marquee");
    expect(await verifyPassword("marquee", stored)).toBe(true);
    expect(await verifyPassword("Marquee", stored)).toBe(false);
    expect(await verifyPassword("", stored)).toBe(false);
  });

  it("salts: equal passwords have different hashes", async () => {
    expect(await hashPassword("x")).not.toBe(await hashPassword("x"));
  });

  it("takes the parameters from the stored text", async () => {
    // RFC 7914, section 12: "password" with salt "NaCl", N = 1024, r = 8, p = 16.
    const key = Buffer.from(
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640",
      "hex",
    );
    const stored = `$scrypt$ln=10,r=8,p=16$${Buffer.from("NaCl").toString("base64").replace(/=/g, "")}$${key.toString("base64").replace(/=/g, "")}`;
    expect(await verifyPassword("password", stored)).toBe(true);
    expect(await verifyPassword("Password", stored)).toBe(false);
  });

  it("answers false for an unknown account and for a damaged hash", async () => {
    expect(await verifyPassword("marquee", null)).toBe(false);
    expect(await verifyPassword("marquee", "$scrypt$ln=31,r=8,p=5$AAAA$AAAA")).toBe(false);
    expect(await verifyPassword("marquee", "plain")).toBe(false);
  });
});
