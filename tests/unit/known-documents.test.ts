import { buildSchema } from "graphql";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Documents } from "../../src/documents/documents.js";
import { PersistedTexts } from "../../src/documents/persisted-texts.js";
import { LIMITS, type Limits } from "../../src/limits/limits.js";

const schema = buildSchema(
  "type Query { name(of: String): String } type Mutation { signIn(password: String): String }",
);
const standing = Object.entries(LIMITS).map(([name, { standard }]) => [name, standard]);
const limits = Object.fromEntries(standing) as unknown as Limits;
const TELLING = 'mutation { signIn(password: "guess") }';
const SAFE = ["mutation ($password: String) { signIn(password: $password) }", '{ name(of: "a film") }'];

beforeEach(() => {
  vi.useFakeTimers();
  // What is kept since the clock's beginning has no age for the cache.
  vi.advanceTimersByTime(1);
});
afterEach(() => void vi.useRealTimers());

it("remembers documents, but for a moment only what may say a password", () => {
  const documents = new Documents(schema, limits);
  const read = [TELLING, ...SAFE].map((text) => documents.read(text));
  expect([TELLING, ...SAFE].map((text) => documents.read(text))).toEqual(read);
  expect(documents.read(TELLING)).toBe(read[0]);
  vi.advanceTimersByTime(60_000);
  expect(documents.remembered).toBe(2);
  expect(documents.read(SAFE[0]!)).toBe(read[1]);
});

it("keeps no text under a hash that may say a password", async () => {
  const texts = new PersistedTexts(new Map());
  await texts.set("telling", TELLING);
  await texts.set("safe", SAFE[0]!);
  expect(await texts.get("telling")).toBeUndefined();
  expect(await texts.get("safe")).toBe(SAFE[0]);
});
