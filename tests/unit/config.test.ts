import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, it } from "vitest";

import { environment, readConfig } from "../../src/config.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { newTokenKey } from "../../scripts/token-key.js";

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
  it("has charts made and tastes learned at the times that are set, and never where that is none or nothing", () => {
    expect(readConfig({}).schedule).toEqual({ charts: "10 * * * *", learn: "40 2 * * *" });
    const set = { MARQUEE_CHARTS_AT: "*/20 * * * *", MARQUEE_LEARN_AT: "none" };
    expect(readConfig(set).schedule).toEqual({ charts: "*/20 * * * *", learn: null });
    const off = { MARQUEE_CHARTS_AT: "", MARQUEE_LEARN_AT: "" };
    expect(readConfig(off).schedule).toEqual({ charts: null, learn: null });
    expect(() => readConfig({ MARQUEE_LEARN_AT: "never" })).toThrow(
      /MARQUEE_LEARN_AT.* is not a time in the form of cron, such as 17 3 \* \* \*, or none/,
    );
  });

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

  it("names what is set, and read by nobody, with what was probably meant", () => {
    for (const [name, nearest] of [
      ["MARQUEE_PLAYGROND", "MARQUEE_PLAYGROUND"],
      ["MARQUEE_CORS_ORIGIN", "MARQUEE_CORS_ORIGINS"],
      ["MARQUE_DATA", "MARQUEE_DATA"],
      ["POSTGRES_URI", "POSTGRES_URL"],
      ["MONGO_DB_URL", "MONGODB_URL"],
    ] as const) {
      expect(() => readConfig({ [name]: "false", PORT: "http" }), name).toThrow(
        new RegExp(`${name}: there is no such variable, the nearest is ${nearest}; PORT: "http"`),
      );
    }
  });

  it("leaves alone what is other programs' business, or our own tests'", () => {
    const others = {
      POSTGRES_USER: "x",
      POSTGRES_PASSWORD: "x",
      NEO4J_AUTH: "x",
      OPENSEARCH_JAVA_OPTS: "x",
      LOGLEVEL: "x",
      POST: "x",
      PATH: "x",
      MARQUEE_TEST_ENGINES: "1",
      MARQUEE_ENGINES_HOME: "x",
      MARQUEE_PASSWORD: "x",
    };
    expect(readConfig(others)).toEqual(readConfig({}));
    // The right one is set: the other is somebody else's.
    const url = "postgres://x";
    expect(readConfig({ POSTGRES_URL: url, POSTGRES_URI: url }).stores.postgres).toBe(url);
  });

  it("lets any page in the embedded demo, those that are listed elsewhere, and refuses what is no origin", () => {
    const origins = (env: Record<string, string>) => readConfig(env).cors.origins;
    expect(origins({})).toEqual(["*"]);
    expect(origins({ MARQUEE_DEMO: "false" })).toEqual([]);
    expect(origins({ POSTGRES_URL: "postgres://x", MARQUEE_DEMO: "true" })).toEqual([]);
    expect(origins({ MARQUEE_CORS_ORIGINS: "none" })).toEqual([]);
    const listed = "https://app.example, http://localhost:3000";
    expect(origins({ MARQUEE_CORS_ORIGINS: listed })).toEqual([
      "https://app.example",
      "http://localhost:3000",
    ]);
    for (const wrong of [
      "app.example",
      "https://app.example/",
      "https://App.example",
      "*, https://a.b",
      "null",
      "ftp://a",
    ])
      expect(() => origins({ MARQUEE_CORS_ORIGINS: wrong }), wrong).toThrow(
        /MARQUEE_CORS_ORIGINS: .* list of origins/,
      );
    for (const env of [{}, { MARQUEE_CORS_ORIGINS: "*" }] as Record<string, string>[])
      expect(() => origins({ MARQUEE_CORS_CREDENTIALS: "true", ...env })).toThrow(
        /MARQUEE_CORS_CREDENTIALS: .*listed/,
      );
    expect(
      readConfig({ MARQUEE_CORS_CREDENTIALS: "true", MARQUEE_CORS_ORIGINS: listed }).cors.credentials,
    ).toBe(true);
  });

  it("takes a path to be below, without a slash at its end", () => {
    expect(readConfig({ MARQUEE_BASE_PATH: "/brand/api" }).http.basePath).toBe("/brand/api");
    for (const wrong of ["brand", "/", "/brand/", "//brand", "/a b", "/a?b"])
      expect(() => readConfig({ MARQUEE_BASE_PATH: wrong }), wrong).toThrow(/MARQUEE_BASE_PATH: /);
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

  it("reads each secret from a file, where that is named", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "marquee-secrets-"));
    const held = (name: string, text: string) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const secrets = {
      MARQUEE_SIGNING_KEY: "k".repeat(32),
      MARQUEE_TOKEN_KEY: newTokenKey().trim(),
      POSTGRES_URL: "postgres://marquee:hunter2@db/marquee",
      MONGODB_URL: "mongodb://marquee:hunter2@db",
      OPENSEARCH_URL: "https://marquee:hunter2@db",
      NEO4J_URL: "bolt://marquee:hunter2@db",
      REDIS_URL: "rediss://marquee:hunter2@cache/1",
      PAYMENTS_URL: "https://payments.example",
      PAYMENTS_KEY: "hunter2",
    };
    const files = Object.fromEntries(
      Object.entries(secrets).map(([name, secret]) => [`${name}_FILE`, held(name, `${secret}\n`)]),
    );
    expect(readConfig(files)).toEqual(readConfig(secrets));
    const problems = () =>
      readConfig({
        POSTGRES_URL: secrets.POSTGRES_URL,
        POSTGRES_URL_FILE: files.POSTGRES_URL_FILE,
        MONGODB_URL_FILE: path.join(folder, "nothing"),
        NEO4J_URL_FILE: held("empty", " \n"),
        OPENSEARCH_URL_FILE: held("wrong", "ftp://marquee:hunter2@db"),
      });
    for (const part of [
      /POSTGRES_URL_FILE: "[^"]*": is set, and so is POSTGRES_URL/,
      /MONGODB_URL_FILE: "[^"]*": cannot be read \(ENOENT\)/,
      /NEO4J_URL_FILE: "[^"]*": holds nothing/,
      /OPENSEARCH_URL: its value: is neither/,
      /^(?!.*hunter2)/s,
    ])
      expect(problems).toThrow(part);
    rmSync(folder, { recursive: true });
  });

  it("keeps answers for other gateways where a Redis is named, and some are kept at all", () => {
    const url = "redis://:hunter2@cache:6379/2";
    expect(readConfig({}).cache).toMatchObject({
      maxBytes: 16_000_000,
      listBytes: 8_000_000,
      textBytes: 8_000_000,
      redis: null,
    });
    expect(readConfig({ REDIS_URL: url, REDIS_CA_FILE: "ca.pem" }).cache?.redis).toEqual({
      url,
      caFile: "ca.pem",
    });
    for (const wrong of [
      "http://hunter2@cache",
      "redis://",
      "redis://hunter2@cache/one",
      "redis://a:b%@[cache",
    ])
      expect(() => readConfig({ REDIS_URL: wrong })).toThrow(/REDIS_URL: its value: is no(?!.*hunter2)/s);
    expect(() => readConfig({ REDIS_URL: url, MARQUEE_CACHE_MB: "0" })).toThrow(
      /MARQUEE_CACHE_MB: "0": leaves nothing to be kept/,
    );
  });

  it("takes an Ed25519 key to sign with, and repeats none that is something else", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const wrong = [
      rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
      generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }) as string,
      "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----",
    ];
    for (const key of wrong) {
      const read = () => readConfig({ MARQUEE_TOKEN_KEY: key });
      expect(read).toThrow(/MARQUEE_TOKEN_KEY: its value: is no Ed25519 private key/);
      expect(read).not.toThrow(key.split("\n")[1]);
    }
  });

  it("speaks TLS by a certificate and its key, and names the one that is missing", () => {
    expect(readConfig({}).http.certificate).toBeNull();
    const both = { MARQUEE_TLS_CERT_FILE: "a.pem", MARQUEE_TLS_KEY_FILE: "b.pem" };
    expect(readConfig(both).http.certificate).toEqual({ cert: "a.pem", key: "b.pem" });
    expect(() => readConfig({ MARQUEE_TLS_CERT_FILE: "a.pem" })).toThrow(
      /MARQUEE_TLS_KEY_FILE: "": is needed/,
    );
    expect(() => readConfig({ MARQUEE_TLS_KEY_FILE: "b.pem" })).toThrow(
      /MARQUEE_TLS_CERT_FILE: "": is needed/,
    );
  });

  it("knows tenants by domains: this machine's own in the embedded demo, those that are listed elsewhere", () => {
    const domains = (env: Record<string, string>) => readConfig(env).tenantDomains;
    expect(domains({})).toEqual([{ domain: "localhost", tenant: null }]);
    expect(domains({ MARQUEE_TENANT_DOMAINS: "none" })).toEqual([]);
    expect(domains({ POSTGRES_URL: "postgres://x", MARQUEE_DEMO: "true" })).toEqual([]);
    expect(domains({ MARQUEE_TENANT_DOMAINS: "Watch.example, lumen.tv=lumen" })).toEqual([
      { domain: "watch.example", tenant: null },
      { domain: "lumen.tv", tenant: "lumen" },
    ]);
    for (const wrong of ["*.example", "a..b", "-a.b", "a.b:80", "https://a.b", "a.b=", "a.b,", "a b"])
      expect(() => domains({ MARQUEE_TENANT_DOMAINS: wrong }), wrong).toThrow(
        /MARQUEE_TENANT_DOMAINS: .*watch/,
      );
  });

  it("takes whom to tell of a weakness as addresses", () => {
    const contacts = "mailto:security@watch.example, https://watch.example/report, tel:+1-201-555-0123";
    expect(readConfig({ MARQUEE_SECURITY_CONTACT: contacts }).securityContacts).toEqual(contacts.split(", "));
    for (const wrong of ["security@watch.example", "http://watch.example", "mailto:", "none"])
      expect(() => readConfig({ MARQUEE_SECURITY_CONTACT: wrong }), wrong).toThrow(
        /MARQUEE_SECURITY_CONTACT: /,
      );
  });

  it("takes an empty variable as one that is not set", () => {
    expect(readConfig({ PORT: "", MARQUEE_SIGNING_KEY: "" })).toEqual(readConfig({}));
  });
});
