import { describe, expect, it } from "vitest";

import { factsOf, storyOf, withoutValues, wordsOf } from "../../packages/told-errors/index.js";

/** Messages as databases, drivers and the system write them, each with a value in it. */
const MESSAGES: [message: string, told: string][] = [
  ['invalid input syntax for type date: "hunter2"', "invalid input syntax for type date: …"],
  ['syntax error at or near "hunter2"', "syntax error at or near …"],
  [
    'E11000 duplicate key error collection: marquee.titles index: _id_ dup key: { _id: { t: 1, i: "hunter2" } }',
    "E11000 duplicate key error collection: marquee.titles index: _id_ dup key: …",
  ],
  [
    "mapper_parsing_exception: [mapper_parsing_exception] Reason: failed to parse field [year] of type [integer] in document with id 'hunter2'. Preview of field's value: 'hunter2'",
    "mapper_parsing_exception: … Reason: failed to parse field … of type … in document with id …. Preview of field's value: …",
  ],
  [
    "failed to parse date field [hunter2] with format [strict_date]",
    "failed to parse date field … with format …",
  ],
  [
    "ENOENT: no such file or directory, open '/data/hunter2/postgres.log'",
    "ENOENT: no such file or directory, open …",
  ],
  ["spawn /data/hunter2/bin/postgres ENOENT", "spawn … ENOENT"],
  ["getaddrinfo ENOTFOUND postgres://app:hunter2@db.internal:5432/x", "getaddrinfo ENOTFOUND …"],
  ["connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED 127.0.0.1:5432"],
  [
    "All recipients were rejected: 550 hunter2@example.com is unknown",
    "All recipients were rejected: 550 … is unknown",
  ],
  ["Unexpected token 'h', \"hunter2\" is not valid JSON", "Unexpected token …, … is not valid JSON"],
  ["no session 3f2a9c1e-8d11-4a5e-9a57-1c0f6f0e2b11", "no session …"],
  ["jwt eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired", "jwt … expired"],
  ["Failing row contains (1, hunter2, (2), null).", "Failing row contains …."],
  ["first line\nselect hunter2 from accounts", "first line"],
  ["it can't be: the server's clock isn't right", "it can't be: the server's clock isn't right"],
];

it.each(MESSAGES)("of %j no value is told", (message, told) => {
  expect(withoutValues(message)).toBe(told);
  expect(told).not.toContain("hunter2");
});

describe("an error", () => {
  const failed = Object.assign(new Error('null value in column "email" of relation "accounts"'), {
    name: "DatabaseError",
    code: "23502",
    constraint: "accounts_email_check",
    detail: "Failing row contains (hunter2).",
    where: "SQL statement: insert into accounts values ('hunter2')",
    query: "insert into accounts values ('hunter2')",
    input: "postgres://app:hunter2@db/marquee",
    table: "not a name: hunter2",
    cause: Object.assign(new TypeError("Invalid URL"), { input: "postgres://app:hunter2@db" }),
  });

  it("is told by kind, code, names and place, with what caused it", () => {
    expect(factsOf(failed)).toMatchObject({
      type: "DatabaseError",
      message: "null value in column … of relation …",
      code: "23502",
      constraint: "accounts_email_check",
      cause: { type: "TypeError", message: "Invalid URL" },
    });
    expect(factsOf(failed).stack[0]).toMatch(/tests\/unit\/told-errors\.test\.ts:\d+:\d+/);
    expect(JSON.stringify(factsOf(failed))).not.toMatch(/hunter2|file:\/\//);
    expect(wordsOf(failed)).toBe(
      "DatabaseError 23502 (accounts_email_check): null value in column … of relation …",
    );
    expect(storyOf(failed)).not.toContain("hunter2");
  });

  it("whose message has more lines, or looks like a stack, is told by its first", () => {
    const error = new Error("broken\n    at hunter2 (/etc/hunter2:1:1)\nhunter2");
    expect(JSON.stringify(factsOf(error))).not.toContain("hunter2");
    expect(factsOf(error).stack.length).toBeGreaterThan(0);
  });

  it("of Neo4j is its code, and what is none is its type", () => {
    const neo4j = Object.assign(new Error("Expected hunter2"), {
      name: "Neo4jError",
      code: "Neo.ClientError.X",
    });
    expect(wordsOf(neo4j)).toBe("Neo4jError Neo.ClientError.X");
    expect(wordsOf("hunter2")).toBe("string");
    const circular = new Error("a");
    circular.cause = circular;
    expect(JSON.stringify(factsOf(circular)).length).toBeLessThan(20_000);
  });
});
