import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type AuditLine } from "../../datasources/audit/audit.js";
import { verifyAudit } from "../../datasources/audit/verify-audit.js";
import { RETENTION_KINDS, type HeldKind } from "../../datasources/retention/retention.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { enginesUnderTest } from "../support/engines.js";
import { useDatabase } from "../support/fixtures.js";
import { killRunning, startMarquee } from "../support/process.js";

const ENGINES = Object.keys(enginesUnderTest()).length;

/** A database of its own, so that seeding and importing here cannot be seen by tests that run beside. */
const database = useDatabase();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "marquee-cli-"));
  expect(await marquee(...SEED)).toMatchObject({ code: 0 });
}, 240_000);
afterAll(() => rm(folder, { recursive: true }));

const SEED = [
  "seed",
  "--tenant",
  "atelier",
  "--scale",
  "0.2",
  "--until",
  "2026-06-01",
  "--profiles",
  "20",
  "--events",
  "300",
];

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the shipped executable as a shell would. */
function marquee(...args: string[]): Promise<Ran> {
  const env = {
    ...process.env,
    POSTGRES_URL: database.url,
    MARQUEE_DATA: folder,
    MARQUEE_SIGNING_KEY: "a signing key that only the tests use, 32+ chars",
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["bin/marquee.js", ...args],
      { cwd: packageRoot(), env },
      (error, stdout, stderr) => {
        resolve({
          code: error ? ((error.code as unknown as number | undefined) ?? null) : 0,
          stdout,
          stderr,
        });
      },
    );
  });
}

async function fileOf(name: string, lines: unknown[]): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(
    file,
    lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
  );
  return file;
}

/** Everything that a seed has written, as one fingerprint a table. */
async function fingerprint(): Promise<unknown> {
  const tables = [
    "accounts",
    "profiles",
    "plans",
    "title_versions",
    "viewing_events",
    "title_progress",
    "ratings",
    "watchlist",
  ];
  const parts = tables.map(
    (table) =>
      `(select md5(string_agg(t::text, ' ' order by t::text)) from tenant_atelier.${table} t) as ${table}`,
  );
  return (await database.query(`select ${parts.join(", ")}`))[0];
}

describe("marquee", () => {
  const COMMANDS = [
    "serve",
    "seed",
    "import",
    "account",
    "token",
    "learn",
    "models",
    "evaluate",
    "recount",
    "audit",
    "erasures",
    "retention",
  ];

  it.each(COMMANDS)("describes %s with examples", async (command) => {
    const { code, stdout } = await marquee(command, "--help");
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: marquee ${command}`);
    expect(stdout).toContain("Examples:");
  });

  it("names its commands", async () => {
    const { stdout } = await marquee("--help");
    for (const command of COMMANDS) expect(stdout).toContain(command);
  });

  it("refuses a command, an option and a value that it does not know", async () => {
    for (const args of [
      ["serf"],
      ["seed", "--size", "3"],
      ["seed", "--scale", "-1"],
      ["token", "--tenant", "atelier"],
    ]) {
      const { code, stderr } = await marquee(...args);
      expect(code, args.join(" ")).toBe(1);
      expect(stderr).toMatch(/^error: /);
    }
  });
});

describe("marquee seed", () => {
  it("says how much it wrote and how fast, and changes nothing when it is run again", async () => {
    const before = await fingerprint();
    expect(Object.values(before as object)).not.toContain(null);
    const { code, stdout } = await marquee(...SEED);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^atelier: \d+ titles \([\d,]+\/s\), \d+ events \([\d,]+\/s\)/);
    expect(await fingerprint()).toEqual(before);
  }, 60_000);

  it("refuses a scale and a tenant that make no sense, in one line that names both", async () => {
    const { code, stderr } = await marquee("seed", "--tenant", "nowhere", "--scale", "5000");
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/scale: found 5000.*tenant: found nowhere, accepted: meridian, lumen, atelier/);
  });
});

describe("marquee import", () => {
  const film = { id: "cli-1", kind: "MOVIE", name: "Casino" };

  it("imports titles and events and learns from them", async () => {
    const titles = await fileOf("titles.ndjson", [film, { ...film, id: "cli-2" }]);
    const events = await fileOf("events.ndjson", [
      { id: "cli-e1", profile: "cli-u1", title: "cli-1", at: "2026-05-01T20:11:00Z", seconds: 60 },
    ]);
    const ran = await marquee("import", "--tenant", "atelier", "--titles", titles, "--events", events);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/titles: 2 of 2 lines imported, in [\d.]+ s \([\d,]+\/s\)/);
    expect(ran.stdout).toMatch(/events: 1 of 1 lines imported/);
    expect(ran.stdout).toMatch(/atelier: learned in/);
  }, 60_000);

  it("imports the good lines, names the bad ones and exits with 1", async () => {
    const titles = await fileOf("titles.ndjson", [
      { ...film, id: "cli-3" },
      { ...film, id: "cli-4", kind: "FILM" },
      "{",
      { ...film, id: "cli-5" },
    ]);
    const errors = path.join(folder, "errors.ndjson");
    const { code, stdout, stderr } = await marquee(
      "import",
      "--tenant",
      "atelier",
      "--titles",
      titles,
      "--errors",
      errors,
    );
    expect(code).toBe(1);
    expect(stdout).toContain("titles: 2 of 4 lines imported, 2 bad");
    expect(stderr).toContain(`${titles}: line 2: kind: found "FILM", accepted: one of MOVIE, SERIES`);
    expect(stderr).toContain(`${titles}: line 3: found {, accepted: a JSON object on one line`);
    const written = (await readFile(errors, "utf8")).trim().split("\n");
    expect(written.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { file: titles, line: 2, problems: [{ field: "kind" }] },
      { file: titles, line: 3 },
    ]);
  });

  it("shows the first hundred bad lines and counts the rest", async () => {
    const titles = await fileOf(
      "titles.ndjson",
      Array.from({ length: 130 }, (_, index) => ({ ...film, id: `x${index}`, kind: 7 })),
    );
    const { code, stderr } = await marquee("import", "--tenant", "atelier", "--titles", titles);
    expect(code).toBe(1);
    expect(stderr.match(/: line \d+: kind/g)).toHaveLength(100);
    expect(stderr).toContain("and 30 more bad lines");
  });

  it("names what is missing: a tenant, a file, something to do", async () => {
    const file = path.join(folder, "missing.ndjson");
    const cases = [
      [
        ["--tenant", "nowhere", "--titles", file],
        /^There is no tenant "nowhere"\. Known tenants: atelier\.\n$/,
      ],
      [["--tenant", "atelier", "--titles", file], /missing\.ndjson cannot be read: there is no such file/],
      [["--tenant", "atelier"], /name a file with --titles, --events or both/],
    ] as const;
    for (const [args, expected] of cases) {
      const { code, stderr } = await marquee("import", ...args);
      expect(code).toBe(1);
      expect(stderr).toMatch(expected);
      expect(stderr).not.toMatch(/ at .*\.js:/);
    }
  });
});

describe("marquee token", () => {
  it("prints the token and nothing else, with the roles of the account", async () => {
    const { code, stdout } = await marquee(
      "token",
      "--tenant",
      "atelier",
      "--profile",
      "atelier-editor",
      "--minutes",
      "5",
    );
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const claims = decodeJwt(stdout.trim());
    expect(claims).toMatchObject({
      ten: "atelier",
      acc: "editor",
      pro: "atelier-editor",
      sid: expect.any(String) as string,
    });
    // Its roles are those that the account has when the token is shown.
    expect(claims).not.toHaveProperty("rol");
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBeLessThanOrEqual(301);
  });

  it("takes roles, several times, and refuses one that there is not", async () => {
    const profile = ["token", "--tenant", "atelier", "--profile", "atelier-editor"];
    const { stdout } = await marquee(...profile, "--role", "VIEWER", "--role", "EDITOR");
    expect(decodeJwt(stdout.trim()).rol).toEqual(["VIEWER", "EDITOR"]);
    const more = await marquee(...profile, "--role", "EDITOR", "--role", "OPERATOR");
    expect(more).toMatchObject({ code: 1, stdout: "" });
    expect(more.stderr).toMatch(/^--role OPERATOR: .* Accepted: VIEWER, EDITOR\.$/m);
    const refused = await marquee(...profile, "--role", "KING");
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("VIEWER, EDITOR, OPERATOR, PLATFORM");
  });

  it("refuses a profile that there is not", async () => {
    const { code, stdout, stderr } = await marquee("token", "--tenant", "atelier", "--profile", "nobody");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^There is no profile "nobody" in atelier\./);
  });
});

describe("marquee api-key", () => {
  const of = ["--tenant", "atelier"];

  it("makes a key that is shown once, lists it and ends it", async () => {
    const made = await marquee("api-key", "create", ...of, "--name", "charts", "--scope", "Query.top10");
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^mq_atelier_\w+_[\w-]{43}\n$/) as string,
    });
    const [, , id = ""] = made.stdout.split("_");
    const revoked = await marquee("api-key", "revoke", ...of, "--id", id);
    const line = `${id}\tREVOKED\tnever\t`;
    expect(revoked.stdout).toContain(line);
    const { stdout } = await marquee("api-key", "list", ...of);
    expect(stdout).toContain(line);
    expect(stdout).toContain("\tcharts\tQuery.top10\n");
    expect(stdout).not.toContain(made.stdout.trim());
  });

  it("refuses a field that keys may not have, saying what they may", async () => {
    const { code, stdout, stderr } = await marquee(
      ...["api-key", "create", ...of, "--name", "any", "--scope", "Mutation.rateTitle"],
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^scope\[0\] cannot be accepted\. Accepted: fields such as Query\.titles/);
  });
});

describe("marquee account", () => {
  const roles = (...args: string[]) =>
    marquee("account", "roles", "--tenant", "atelier", "--email", "viewer@atelier.example", ...args);

  it("gives and takes roles, that of all tenants too, and prints those that there are then", async () => {
    const given = await roles("--give", "EDITOR", "PLATFORM");
    expect(given).toMatchObject({ code: 0, stdout: "EDITOR\nPLATFORM\nVIEWER\n" });
    expect((await roles("--take", "PLATFORM", "EDITOR")).stdout).toBe("VIEWER\n");
  });

  it("names an address and a role that there are not", async () => {
    expect(
      await marquee(...["account", "roles", "--tenant", "atelier", "--email", "no@one.example"]),
    ).toEqual({
      code: 1,
      stdout: "",
      stderr: "--email: no account of atelier has this address.\n",
    });
    const { code, stderr } = await roles("--give", "ROOT");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/EDITOR, OPERATOR, PLATFORM/)]);
  });
});

/** What a log that is exported says was done, by whom and to what. */
async function acts(...which: string[]): Promise<unknown[][]> {
  const { stdout } = await marquee("audit", "export", ...which);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse((JSON.parse(line) as AuditLine).entry) as unknown[]).toSpliced(4, 1).slice(3));
}

describe("marquee audit", () => {
  it("says of a token that a command made it, and whose it is", async () => {
    const profile = ["--tenant", "atelier", "--profile", "atelier-editor"];
    expect(await marquee("token", ...profile)).toMatchObject({ code: 0 });
    expect((await acts("--tenant", "atelier")).at(-1)).toEqual([
      "SIGN_IN",
      "command",
      expect.stringMatching(/^account:[0-9a-f-]{36}$/),
      {},
    ]);
  });

  it("keeps what was done to a tenant that is gone, in the deployment's own log", async () => {
    const country = ["--name", "Gone", "--country", "FR"];
    for (const command of [
      ["create", "--slug", "passing", ...country],
      ["suspend", "--slug", "passing"],
      ["delete", "--slug", "passing", "--confirm", "passing"],
    ])
      expect(await marquee("tenant", ...command)).toMatchObject({ code: 0 });
    const all = await acts("--deployment");
    const passing = all.filter(([, , subject]) => subject === "tenant:passing");
    expect(passing.map(([act, actor]) => [act, actor])).toEqual(
      ["TENANT_CREATED", "TENANT_SUSPENDED", "TENANT_DELETED", "TENANT_GONE"].map((act) => [act, "command"]),
    );
    const { code, stdout } = await marquee("audit", "verify", "--deployment");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        `^the deployment: ${all.length} entries, all of them follow; the last hash is [0-9a-f]{64}\n$`,
      ) as string,
    });
    const none = await marquee("audit", "export");
    expect(none).toMatchObject({ code: 1, stderr: "Say whose log: --tenant <slug>, or --deployment.\n" });
  });

  it("exports the log as NDJSON that is one chain, of which it knows every hash", async () => {
    const { code, stdout } = await marquee("audit", "export", "--tenant", "atelier");
    expect(code).toBe(0);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as AuditLine);
    expect(lines.length).toBeGreaterThan(2);
    const verdict = await verifyAudit(
      (async function* () {
        yield await Promise.resolve(lines);
      })(),
    );
    expect(verdict).toEqual({
      entries: lines.length,
      cutAt: null,
      head: lines.at(-1)?.hash,
      brokenAt: null,
    });
    expect(stdout).toContain('"ROLES_SET", "OK", "command"'.replaceAll('"', '\\"'));
    const verified = await marquee("audit", "verify", "--tenant", "atelier", "--head", lines[0]!.hash);
    expect(verified).toMatchObject({
      code: 0,
      stdout: `atelier: ${lines.length} entries, all of them follow; the last hash is ${verdict.head}\n`,
    });
  });

  it("says what was taken off the end, and which entry was changed, with exit code 1", async () => {
    const unknown = "0".repeat(64);
    const cut = await marquee("audit", "verify", "--head", unknown);
    expect([cut.code, cut.stderr]).toEqual([1, expect.stringContaining(`No entry has the hash ${unknown}`)]);
    const tamper = (change: string) =>
      database.query(
        `alter table tenant_atelier.audit_log disable trigger keep; ${change}; alter table tenant_atelier.audit_log enable trigger keep`,
      );
    await tamper("update tenant_atelier.audit_log set outcome = 'FAILED' where position = 2");
    const { code, stdout, stderr } = await marquee("audit", "verify");
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: "atelier: 1 entries, broken at 2\n",
      stderr: "The log was changed: atelier.\n",
    });
    await tamper("update tenant_atelier.audit_log set outcome = 'OK' where position = 2");
    expect((await marquee("audit", "verify")).code).toBe(0);
  });
});

describe("marquee erasures", () => {
  it("lists receipts, and has those erased again who are there again", async () => {
    expect(await marquee("erasures", "list", "--tenant", "atelier")).toMatchObject({ code: 0, stdout: "" });
    const account = { id: "returned" };
    await database.query(
      `insert into tenant_atelier.accounts (tenant_id, id, email_sealed, email_hash, password_hash, roles, country)
       select id, $1, 'sealed', 'hash', 'none', '{VIEWER}', 'US' from marquee.tenants where slug = 'atelier'`,
      [account.id],
    );
    const [tenant] = await database.query<{ id: number }>("select id from marquee.tenants");
    const hash = createHash("sha256").update(`${tenant!.id}:${account.id}`).digest("hex");
    const noted = { tenant: "atelier", hash, erasedAt: "2026-01-01T00:00:00.000Z" };
    const file = await fileOf("erasures.ndjson", [noted]);
    const { code, stdout } = await marquee("erasures", "replay", "--from", file);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "1 were there again; the gateways erase them.\n" });
    const listed = await marquee("erasures", "list", "--tenant", "atelier");
    expect(
      listed.stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([{ state: "PENDING" }]);
    expect(listed.stdout).not.toContain("returned");
    expect((await acts("--tenant", "atelier")).at(-1)).toEqual([
      "ERASURES_REPLAYED",
      "command",
      "",
      { returned: 1 },
    ]);
  });
});

describe("marquee retention", () => {
  it("shows for how long each kind is kept and what is held of it, and takes away what is older", async () => {
    for (const days of [40, 20])
      await database.query(
        `insert into tenant_atelier.idempotency_keys (tenant_id, account_id, operation, key, input_hash, created_at)
         select tenant_id, id, 'subscribe', 'retained-${days}', '', now() - interval '${days} days'
         from tenant_atelier.accounts order by id limit 1`,
      );
    const shown = async () =>
      (await marquee("retention", "show", "--tenant", "atelier")).stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as HeldKind & { days: number | null });
    const before = await shown();
    expect(before.map(({ kind, days }) => [kind, days])).toEqual(
      Object.entries(RETENTION_KINDS).map(([kind, { days }]) => [kind, days]),
    );
    const keys = (lines: HeldKind[]) => lines.find(({ kind }) => kind === "keys")!;
    expect(keys(before).entries).toBe(2);
    expect(before.find(({ kind }) => kind === "viewing")!.entries).toBeGreaterThan(0);

    const enforce = () => marquee("retention", "enforce", "--tenant", "atelier");
    expect(await enforce()).toMatchObject({ code: 0, stdout: "atelier: keys 1\n" });
    const after = await shown();
    // The log has one entry more: that it was done.
    const others = (lines: HeldKind[]) => lines.filter(({ kind }) => kind !== "keys" && kind !== "audit");
    expect(others(after)).toEqual(others(before));
    expect((await acts("--tenant", "atelier")).at(-1)).toEqual([
      "RETENTION_ENFORCED",
      "command",
      "",
      { keys: 1 },
    ]);
    expect(keys(after).entries).toBe(1);
    expect(Date.parse(keys(after).oldest!)).toBeGreaterThan(Date.parse(keys(before).oldest!));
    expect(await enforce()).toMatchObject({ code: 0, stdout: "atelier: nothing was too old\n" });
  });

  it("refuses a tenant that there is not", async () => {
    for (const verb of ["show", "enforce"]) {
      const { code, stdout, stderr } = await marquee("retention", verb, "--tenant", "nowhere");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("nowhere");
    }
  });
});

describe("what is done for all tenants", () => {
  it("goes on where one does not answer, names it, and leaves out one that is being deleted", async () => {
    await database.query(
      `insert into marquee.tenants (id, slug, name, tier, schema_name, default_country, servers, created_at)
       values (900, 'downed', 'Downed', 'DEDICATED', 'tenant_downed', 'US',
               '{"postgres": "postgres://nobody:none@127.0.0.1:1/none", "mongodb": null, "opensearch": null, "neo4j": null}',
               '2000-01-01')`,
    );
    const file = await fileOf("nobody.ndjson", []);
    try {
      for (const [command, done] of [
        [["audit", "verify"], /^atelier: .* entries, all of them follow/m],
        [["retention", "enforce"], /^atelier: /m],
        [["erasures", "replay", "--from", file], /were there again/],
      ] as const) {
        const { code, stdout, stderr } = await marquee(...command);
        expect([code, stdout], stderr).toEqual([1, expect.stringMatching(done)]);
        expect(stderr).toMatch(/^downed: .+$/m);
        expect(stderr.trimEnd().split("\n").at(-1)).toBe("It could not be done for: downed.");
      }
      await database.query("update marquee.tenants set state = 'DELETING' where id = 900");
      expect(await marquee("audit", "verify")).toMatchObject({ code: 0, stderr: "" });
    } finally {
      await database.query("delete from marquee.tenants where id = 900");
    }
  });
});

describe("marquee keys", () => {
  it("rotates, lists and takes away what tokens are signed with", async () => {
    const token = async () =>
      decodeProtectedHeader(
        (await marquee("token", "--tenant", "atelier", "--profile", "atelier-editor")).stdout,
      ).kid;
    const before = await token();
    const rotated = await marquee("keys", "rotate");
    expect(rotated).toMatchObject({ code: 0 });
    const next = rotated.stdout.trim();
    await database.query("update marquee.signing_keys set created_at = created_at - interval '1 minute'");
    const { stdout } = await marquee("keys", "list");
    expect(stdout.split("\n").map((line) => line.split(/ +/).slice(0, 2))).toEqual([
      [next, "signs"],
      [before, "verifies"],
      [""],
    ]);
    expect(await token()).toBe(next);
    expect(await marquee("keys", "remove", next)).toMatchObject({ code: 0, stdout: `${next}\n` });
    expect((await marquee("keys", "list")).stdout).not.toContain(next);
    const again = await marquee("keys", "remove", next);
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toMatch(/^There is no key /);
    const noted = (await acts("--deployment")).filter(([act]) => String(act).startsWith("KEY_"));
    expect(noted.map(([act, actor, subject]) => [act, actor, subject])).toEqual([
      ["KEY_MADE", "job", `key:${before}`],
      ["KEY_MADE", "command", `key:${next}`],
      ["KEY_REMOVED", "command", `key:${next}`],
    ]);
  });
});

describe("marquee learn", () => {
  it("learns for one tenant", async () => {
    const { code, stdout } = await marquee("learn", "--tenant", "atelier");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^atelier: learned in [\d.]+ s\.\n$/);
  });
});

describe("marquee evaluate", () => {
  const ask = (...more: string[]) => marquee("evaluate", "--tenant", "atelier", ...more);

  it("prints a table of what would be served beside what is simpler and dearer, and what it left out", async () => {
    const { code, stdout } = await ask("--holdout", "0.2");
    expect(code).toBe(0);
    const [heading, ...rows] = stdout.split("\n");
    expect(heading).toMatch(/^ +Recall@10 +NDCG@10 +coverage +novelty, bits +diversity$/);
    expect(rows.slice(0, 4).map((row) => row.split(/ {2,}/)[0])).toEqual([
      "served",
      "popularity",
      "path count",
      "EASE, whole matrix",
    ]);
    expect(rows[0]).toMatch(/^served( +-?\d+\.\d+ \[-?\d+\.\d+, -?\d+\.\d+\]){5}$/);
    expect(stdout).toMatch(/Left out: \d+ watches/);
    const { counts } = JSON.parse((await ask("--holdout", "0.2", "--json")).stdout) as {
      counts: { held: number };
    };
    expect(counts.held).toBeGreaterThan(0);
  });

  it("says what is accepted", async () => {
    expect((await ask("--holdout", "1")).stderr).toContain("above 0 and below 1");
    expect((await ask("--holdout", "0.2", "--order", "first")).stderr).toContain("random, latest");
    const nothing = await ask("--holdout", "0.0001");
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toMatch(/Nothing of atelier can be judged: .+\n$/);
    expect(await ask("--replay", "999999")).toMatchObject({
      code: 1,
      stderr: "No model 999999 of atelier is kept. Accepted: one of `marquee models list`.\n",
    });
    expect((await ask()).stderr).toContain("--holdout <fraction>, or --replay <model>");
    expect((await ask("--replay", "1", "--holdout", "0.2")).code).toBe(1);
  });
});

describe("marquee models", () => {
  it("lists what was learned, switches to one and back, and names what is accepted", async () => {
    const list = async () => {
      const { code, stdout } = await marquee("models", "list", "--tenant", "atelier");
      expect(code).toBe(0);
      const rows = stdout.trim().split("\n");
      return rows.map((row) => JSON.parse(row) as { number: number; live: boolean });
    };
    const [last, before] = await list();
    expect(last!.live).toBe(true);
    const model = String(before!.number);
    const promoted = await marquee("models", "promote", "--tenant", "atelier", "--model", model);
    expect(promoted.stdout).toBe(`atelier: model ${model} answers from now on.\n`);
    expect((await list()).map(({ live }) => live).slice(0, 2)).toEqual([false, true]);
    const back = await marquee("models", "rollback", "--tenant", "atelier");
    expect(back.stdout).toBe(`atelier: model ${last!.number} answers from now on.\n`);
    expect((await list())[0]).toMatchObject({ number: last!.number, live: true });
    const unknown = await marquee("models", "promote", "--tenant", "atelier", "--model", "999");
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/^There is no model 999 of atelier\. Kept are: [\d, ]+\.\n$/);
    expect((await marquee("models", "promote", "--tenant", "atelier", "--model", "0")).code).toBe(1);
  });
});

describe("marquee recount", () => {
  it("finds nothing to mend in what this version counted", async () => {
    expect(await marquee("recount", "--tenant", "atelier")).toMatchObject({
      code: 0,
      stdout: "atelier: 0 reports stand for something else now.\n",
    });
  });
});

describe("marquee projections", () => {
  const CATALOG = ["--tenant", "atelier", "--target", "catalog.postgres"];
  const harm =
    "update tenant_atelier.catalog_titles set state = 'DRAFT' where id = (select min(id) from tenant_atelier.catalog_titles) returning id";

  it("checks, says by key what differs with exit code 1, mends it, and shows the last check", async () => {
    for (const target of ["catalog.postgres", "search.postgres"]) {
      const sound = await marquee("projections", "check", "--tenant", "atelier", "--target", target);
      expect(sound.stdout).toMatch(/^\S+ of atelier: .* 0 missing, 0 stale, 0 dangling, 0 orphaned/m);
      expect(sound.stdout.split(" ")[0]).toBe(target);
      expect(sound.code).toBe(0);
    }
    const [harmed] = await database.query<{ id: string }>(harm);
    const line = `  stale title ${harmed!.id}`;
    const found = await marquee("projections", "check", ...CATALOG);
    expect(found.code).toBe(1);
    expect(found.stdout.split("\n")).toContain(line);
    const mended = await marquee("projections", "check", "--repair", ...CATALOG);
    expect(mended.code).toBe(0);
    expect(mended.stdout.split("\n")).toContain(line);
    expect(mended.stdout).toMatch(/after the repair: .* 0 missing, 0 stale, 0 dangling, 0 orphaned/);
    const status = await marquee("projections", "status", ...CATALOG);
    expect(status.stdout).toMatch(/^catalog\.postgres +atelier .*; checked .* 0 stale/);
  });

  it("refuses a projection that there is not", async () => {
    const { code, stderr } = await marquee("projections", "check", "--target", "catalog");
    expect(code).toBe(1);
    expect(stderr).toContain("catalog.postgres");
  });
});

describe("marquee tenant", () => {
  const create = (slug: string, ...more: string[]) =>
    marquee("tenant", "create", "--slug", slug, "--name", " Corner\u200b Cinema", "--country", "fr", ...more);

  it.each(["SHARED", "ISOLATED"])(
    "makes a %s tenant that one's own catalogue is imported into",
    async (tier) => {
      const slug = `corner-${tier.toLowerCase()}`;
      const line = `${slug}\t${tier}\tFR\tCorner Cinema\n`;
      expect(await create(slug, "--tier", tier)).toMatchObject({ code: 0, stdout: line });
      expect((await marquee("tenant", "list")).stdout).toContain(line);
      const titles = await fileOf("own.ndjson", [{ id: "own", kind: "MOVIE", name: "Own" }]);
      const events = await fileOf("watched.ndjson", [
        { id: "w1", profile: "own-u1", title: "own", at: "2026-05-01T20:11:00Z", seconds: 60 },
      ]);
      const ran = await marquee("import", "--tenant", slug, "--titles", titles, "--events", events);
      expect(ran).toMatchObject({ code: 0 });
      expect(ran.stdout).toContain("titles: 1 of 1 lines imported");
      expect(await marquee("token", "--tenant", slug, "--profile", "own-u1")).toMatchObject({ code: 0 });
    },
  );

  it("changes none that is there, and names what is accepted", async () => {
    expect(await create("atelier")).toMatchObject({
      code: 1,
      stderr: "There is a tenant of this name already. Choose another.\n",
    });
    for (const [args, expected] of [
      [["--slug", "Corner"], "beginning with a letter"],
      [["--country", "UK"], "ISO 3166-1"],
      [["--tier", "OWN"], "SHARED, ISOLATED, DEDICATED"],
      [["--tier", "DEDICATED"], "needs the URL of a PostgreSQL"],
      [["--tier", "DEDICATED", "--neo4j", "bolt://localhost"], "Name that with --postgres"],
      [["--tier", "DEDICATED", "--postgres", "postgres://u:word@db/x"], "holds a password"],
      [["--tier", "DEDICATED", "--postgres", "postgres://u:$LOST@db/x"], "MARQUEE_SECRET_LOST"],
      [["--domain", "corner"], "the name of a host"],
      [["--name", "\u200b"], "can be seen"],
    ] as const) {
      const { code, stderr } = await create("other", ...args);
      expect(code).toBe(1);
      expect(stderr).toContain(expected);
    }
    expect((await marquee("tenant", "list")).stdout).not.toContain("other");
  });

  it("suspends, resumes and deletes one, which has to be named twice", async () => {
    await create("gone-soon", "--domain", "gone.example");
    const line = "gone-soon\tSHARED\tFR\tCorner Cinema";
    const slug = ["--slug", "gone-soon"];
    expect(await marquee("tenant", "suspend", ...slug)).toMatchObject({ stdout: `${line}\tSUSPENDED\n` });
    expect(await marquee("tenant", "resume", ...slug)).toMatchObject({ stdout: `${line}\n` });
    expect(await marquee("tenant", "delete", ...slug, "--confirm", "other")).toMatchObject({
      code: 1,
      stderr: "--confirm other is not --slug gone-soon. Nothing was removed.\n",
    });
    const removed = await marquee("tenant", "delete", ...slug, "--confirm", "gone-soon");
    expect(removed).toMatchObject({ code: 0 });
    expect(removed.stdout).toMatch(
      new RegExp(`^gone-soon: 4 rows removed; \\d+ tables and ${ENGINES} engines .* nothing of it is left`),
    );
    expect((await marquee("tenant", "list")).stdout).not.toContain("gone-soon");
  });
});

describe("a command that is interrupted", () => {
  const own = useDatabase();
  afterAll(killRunning);

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s ends with %d, and says so in one line", async (signal, code) => {
    const seeding = startMarquee(["seed", "--tenant", "meridian"], {
      env: { POSTGRES_URL: own.url, MARQUEE_DATA: folder, LOG_LEVEL: "silent" },
    });
    await seeding.says(" %");
    const before = seeding.output();
    seeding.signal(signal);
    expect(await seeding.ended()).toEqual({ code, signal: null });
    // Beside how far it was by then.
    const lines = seeding.output().slice(before.length).split("\n");
    expect(lines.filter((line) => line !== "" && !/: \d+ %/.test(line))).toEqual([
      `Interrupted by ${signal}.`,
    ]);
  });
});
