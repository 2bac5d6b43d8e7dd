import {
  buildSchema,
  getOperationAST,
  parse,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
} from "graphql";
import { describe, expect, it } from "vitest";

import {
  bytesWithText,
  compileQuery,
  FIXED,
  KeptTexts,
  type AnswerBound,
} from "../../packages/json-executor/index.js";

const SCHEMA = buildSchema(`
  type Query { things: [Thing!]! one: Thing }
  type Thing { name: String! id: String! seen(by: String): Boolean later: Int inner: Thing }
`);
const { id, seen, later } = (SCHEMA.getType("Thing") as GraphQLObjectType).getFields();
type Resolver = GraphQLFieldResolver<{ name: string }, { tenant: string; viewer: string }>;
let made = 0;
id!.resolve = (({ name }, _, { tenant }) => {
  made += 1;
  return `${tenant}:${name}`;
}) satisfies Resolver as never;
seen!.resolve = ((_, { by }, { viewer }) => by === viewer) satisfies Resolver as never;
later!.resolve = async () => 1;
for (const field of [id, later]) field!.extensions = { [FIXED]: true };

/** Counts a byte for each byte, and a point for each. */
function boundOf(most: number): AnswerBound & { bytes: number } {
  const bound = {
    bytes: 0,
    add: (bytes: number) => (bound.bytes += bytes) <= most,
    exceeded: () => new Error("too large"),
    counted: () => ({ bytes: bound.bytes, cost: bound.bytes }),
    recount: ({ bytes }: { bytes: number }) => {
      if (bound.bytes + bytes > most) return false;
      bound.bytes += bytes;
      return true;
    },
  };
  return bound;
}

/** What asks one query over and over: answers, what was counted, and how many ids were made for it. */
function asking(query: string, texts = new KeptTexts(1_000_000)) {
  const document = parse(query);
  const compiled = compileQuery(SCHEMA, document, getOperationAST(document)!)!;
  return async (things: object[], who = { tenant: "lumen", viewer: "ada" }, most = Infinity) => {
    const bound = boundOf(most);
    made = 0;
    const result = await compiled.execute({
      root: { things },
      context: who,
      variables: { by: who.viewer },
      maxCoercionErrors: 1,
      bound,
      keeping: { texts, scope: who.tenant },
    });
    const errors = result?.errors?.map(({ message, path }) => ({ message, path }));
    return { text: result?.data?.text, errors, bytes: bound.bytes, made };
  };
}

const thing = (name: string) => Object.freeze({ name, inner: Object.freeze({ name: `${name} within` }) });
const THINGS = "{ things { name id inner { name id } } }";

describe("texts of objects that never change", () => {
  it("are made once, and counted each time", async () => {
    const ask = asking(THINGS);
    const things = [thing("a"), thing("b")];
    const first = await ask(things);
    const second = await ask(things);
    expect(first.made).toBe(4);
    expect(second).toEqual({ ...first, made: 0 });
    // Another with the same values is another.
    expect(await ask([thing("a"), things[1]!])).toEqual({ ...first, made: 2 });
  });

  it("are of one scope and of one selection", async () => {
    const texts = new KeptTexts(1_000_000);
    const things = [thing("a")];
    const ask = asking(THINGS, texts);
    await ask(things);
    const other = await ask(things, { tenant: "meridian", viewer: "ada" });
    expect(other.text).toContain("meridian:a");
    expect(other.text).not.toContain("lumen");
    expect((await ask(things)).text).toContain("lumen:a");
    expect((await asking("{ things { id } }", texts)(things)).text).toBe('{"things":[{"id":"lumen:a"}]}');
  });

  it("are not kept of what may change, nor of what depends on who asks", async () => {
    const open = { name: "a", inner: null as { name: string } | null };
    const ask = asking(THINGS);
    await ask([open]);
    open.inner = { name: "new" };
    expect((await ask([open])).text).toContain("new");
    const things = [thing("a")];
    const seen = asking(
      'query ($by: String) { things { name seen(by: $by) literal: seen(by: "ada") inner { id } } }',
    );
    expect((await seen(things)).text).toContain('"seen":true,"literal":true');
    const bo = { tenant: "lumen", viewer: "bo" };
    expect((await seen(things, bo)).text).toContain('"seen":true,"literal":false');
    // What stands below and depends on nobody is kept by itself.
    expect((await seen(things, bo)).made).toBe(0);
  });

  it("are not kept where something is waited for", async () => {
    const ask = asking("{ things { id later } }");
    const things = [thing("a")];
    const first = await ask(things);
    expect(first).toMatchObject({ text: '{"things":[{"id":"lumen:a","later":1}]}', made: 1 });
    expect(await ask(things)).toEqual(first);
  });

  it("end an answer that grows too large where it would without them", async () => {
    const ask = asking(THINGS);
    const things = Array.from({ length: 20 }, (_, n) => thing(String(n)));
    const { bytes } = await ask(things);
    const short = await ask(things, undefined, bytes / 2);
    const anew = await asking(THINGS)(things, undefined, bytes / 2);
    expect(short.errors).toEqual(anew.errors);
    expect(short.errors).toMatchObject([{ message: "too large" }]);
  });

  it("take no more than they may, and those stay that are asked for", async () => {
    const texts = new KeptTexts(20_000);
    const ask = asking(THINGS, texts);
    const often = [thing("often")];
    for (let n = 0; n < 500; n += 1) {
      await ask([thing(String(n))]);
      expect((await ask(often)).made).toBe(n === 0 ? 2 : 0);
      expect(texts.bytes).toBeLessThanOrEqual(20_000);
    }
    expect(texts.hits).toBe(499);
    expect(texts.misses).toBe(501);
  });

  it("are not lost by a scope to another that asks for ever new things", async () => {
    const texts = new KeptTexts(20_000);
    const ask = asking(THINGS, texts);
    const others = { tenant: "meridian", viewer: "ada" };
    const lasting = Array.from({ length: 10 }, (_, n) => thing(String(n)));
    await ask(lasting);
    for (let n = 0; n < 500; n += 1) await ask([thing(String(n))], others);
    expect((await ask(lasting)).made).toBe(0);
    expect(texts.bytes).toBeLessThanOrEqual(20_000);
  });

  it("are lost first by a scope that asks for nothing any more", async () => {
    let now = 0;
    const texts = new KeptTexts(20_000, () => now);
    const ask = asking(THINGS, texts);
    const others = { tenant: "meridian", viewer: "ada" };
    const fill = async (as?: typeof others) => {
      for (let n = 0; n < 60; n += 1) await ask([thing(String(n))], as);
    };
    const left = [thing("left")];
    await ask(left);
    await fill(others);
    for (now = 60_000; now <= 120_000; now += 60_000) await fill(others);
    expect((await ask(left)).made).toBe(2);
  });
});

describe("an answer that is one kept text", () => {
  /** Answers to one query, as they are sent. */
  function sending(query: string) {
    const document = parse(query);
    const compiled = compileQuery(SCHEMA, document, getOperationAST(document)!)!;
    const texts = new KeptTexts(1_000_000);
    return async (one: object | null, more: object = {}, end = "\n") => {
      const result = await compiled.execute({
        root: { one, things: one ? [one] : [] },
        context: { tenant: "lumen", viewer: "ada" },
        variables: {},
        maxCoercionErrors: 1,
        keeping: { texts, scope: "lumen" },
      });
      return bytesWithText({ data: result!.data, ...more }, end);
    };
  }

  it("is sent as the same bytes, as long as the same stands around it", async () => {
    const send = sending("{ one { id inner { name } } }");
    const one = thing("ä");
    const expected = '{"data":{"one":{"id":"lumen:ä","inner":{"name":"ä within"}}}}';
    const first = await send(one);
    const second = await send(one);
    expect(await send(one)).toBe(second);
    expect(first).toEqual(second);
    expect(second.toString()).toBe(`${expected}\n`);
    expect((await send(one, {}, "")).toString()).toBe(expected);
    expect((await send(one, { extensions: { cost: 1 } })).toString()).toBe(
      `${expected.slice(0, -1)},"extensions":{"cost":1}}\n`,
    );
    expect(await send(one, { extensions: undefined })).toEqual(second);
    expect((await send(thing("b"))).toString()).toContain("lumen:b");
    expect((await send(null)).toString()).toBe('{"data":{"one":null}}\n');
  });

  it.each([
    ["{ things { name } }", '{"things":[{"name":"a"}]}'],
    ["{ one { name } other: one { name } }", '{"one":{"name":"a"},"other":{"name":"a"}}'],
    ["{ one { later inner { name } } }", '{"one":{"later":1,"inner":{"name":"a within"}}}'],
    ["{ __typename one { name } }", '{"__typename":"Query","one":{"name":"a"}}'],
  ])("is not taken for one that is more: %s", async (query, data) => {
    const send = sending(query);
    const one = thing("a");
    for (let n = 0; n < 3; n += 1) expect((await send(one)).toString()).toBe(`{"data":${data}}\n`);
  });
});
