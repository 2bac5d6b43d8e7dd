import { readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { environment, readConfig } from "../../src/config.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { StartupError } from "../../packages/process/startup-error.js";

interface ExampleEntry {
  value: string;
  /** Whether the line is commented out: a variable without a default. */
  optional: boolean;
  comment: string;
}

/** `.env.example` as pairs, with the comment above each. */
function readExample(): Map<string, ExampleEntry> {
  const entries = new Map<string, ExampleEntry>();
  let comment = "";
  for (const line of readFileSync(path.join(packageRoot(), ".env.example"), "utf8").split("\n")) {
    const [, hash, name, value] = /^(#?)([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name) entries.set(name, { value: value ?? "", optional: hash === "#", comment });
    comment = name ? "" : `${comment} ${line.replace(/^#\s*/, "")}`.trim();
  }
  return entries;
}

describe(".env.example", () => {
  const example = readExample();

  it("names every variable that is read, and no other", () => {
    expect([...example.keys()].sort()).toEqual(Object.keys(environment.shape).sort());
  });

  it("gives each variable's default and a comment on it", () => {
    const defaults = environment.parse({}) as Record<string, unknown>;
    for (const [name, { value, optional, comment }] of example) {
      expect(comment, `${name} has no comment above it`).not.toBe("");
      expect(optional, `${name} is commented out when it has no default`).toBe(defaults[name] === undefined);
      if (!optional) expect(value, name).toBe(String(defaults[name]));
    }
  });

  it("is a configuration that works, equal to none at all", () => {
    const set = Object.fromEntries(
      [...example].filter(([, { optional }]) => !optional).map(([name, { value }]) => [name, value]),
    );
    expect(readConfig(set)).toEqual(readConfig({}));
  });
});

describe("readConfig", () => {
  it("listens for operators behind its own port, on this machine alone, and explains to all in the embedded demo only", () => {
    const { operations, explain } = readConfig({ PORT: "5000" });
    expect(operations).toMatchObject({ port: 5001, host: "127.0.0.1" });
    expect(explain).toBe("all");
    expect(readConfig({ PORT: "0" }).operations?.port).toBe(0);
    expect(readConfig({ MARQUEE_OPERATIONS_PORT: "none" }).operations).toBeNull();
    expect(readConfig({ MARQUEE_OPERATIONS_PORT: "9464" }).operations?.port).toBe(9464);
    expect(readConfig({ MARQUEE_DEMO: "false" }).explain).toBe("operators");
    expect(readConfig({ POSTGRES_URL: "postgres://x", MARQUEE_DEMO: "true" }).explain).toBe("operators");
    expect(() => readConfig({ MARQUEE_OPERATIONS_PORT: "no", MARQUEE_EXPLAIN: "some" })).toThrow(
      /MARQUEE_OPERATIONS_PORT: "no": is neither none nor .*MARQUEE_EXPLAIN: "some": is none of all, operators, off/,
    );
  });

  it("takes a header for countries together with those who may set it, and names what is missing or no network", () => {
    const territory = { MARQUEE_COUNTRY_HEADER: "CF-IPCountry", MARQUEE_TRUSTED_PROXIES: "10.0.0.0/8, ::1" };
    expect(readConfig(territory).territory).toEqual({
      countryHeader: "cf-ipcountry",
      trustedProxies: ["10.0.0.0/8", "::1"],
    });
    expect(() => readConfig({ MARQUEE_COUNTRY_HEADER: "cf-ipcountry" })).toThrow(
      /MARQUEE_TRUSTED_PROXIES: "": names nobody/,
    );
    for (const networks of ["10.0.0.0/33", "proxy", "::1/129", "10.0.0.0/8/8", "10.0.0.0/", "10.0.0.1,"])
      expect(() => readConfig({ ...territory, MARQUEE_TRUSTED_PROXIES: networks })).toThrow(
        /MARQUEE_TRUSTED_PROXIES: .* is not a list of networks/,
      );
    expect(() => readConfig({ ...territory, MARQUEE_COUNTRY_HEADER: "a header" })).toThrow(
      /MARQUEE_COUNTRY_HEADER: "a header": is not the name of a header/,
    );
  });

  it("names every error at once, with what was found and what is accepted", () => {
    const read = () =>
      readConfig({ PORT: "99999", LOG_LEVEL: "loud", POSTGRES_URL: "mysql://x", MARQUEE_TOKEN_MINUTES: "0" });
    expect(read).toThrow(StartupError);
    for (const part of [
      /PORT: "99999"/,
      /LOG_LEVEL: "loud"/,
      /POSTGRES_URL: /,
      /MARQUEE_TOKEN_MINUTES: "0"/,
    ]) {
      expect(read).toThrow(part);
    }
  });

  it("does not repeat secrets", () => {
    const url = "mysql://user:hunter2@db";
    const key = "too-short-secret";
    const read = () => readConfig({ POSTGRES_URL: url, MARQUEE_SIGNING_KEY: key });
    expect(read).toThrow(/POSTGRES_URL.*MARQUEE_SIGNING_KEY|MARQUEE_SIGNING_KEY.*POSTGRES_URL/);
    try {
      read();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/hunter2|too-short-secret/);
    }
  });

  it("takes an empty variable as one that is not set", () => {
    expect(readConfig({ PORT: "", MARQUEE_SIGNING_KEY: "" })).toEqual(readConfig({}));
  });
});
