import { describe, expect, it } from "vitest";

import { type Page } from "../../datasources/core/page.js";
import { toConnection, type ListPage } from "../../resolvers/connection.js";
import { type Context } from "../../resolvers/request/context.js";
import { createCursors } from "../../resolvers/request/cursor.js";
import { sameConnection } from "../../resolvers/same-connection.js";

const contextOf = (key: string) => {
  const cursors = createCursors(new TextEncoder().encode(key.padEnd(32, ".")));
  return { gateway: { cursors } } as unknown as Context;
};
const ctx = contextOf("one key");
const at = (page: Partial<Page> = {}, list = "list"): ListPage => ({
  list,
  page: { limit: 2, fromEnd: false, ...page },
});
const row = (value: number) => ({ position: { value, id: `t${value}` }, node: `node ${value}`, extra: {} });
const pageOf = (...values: number[]) => ({ rows: values.map(row), hasMore: true });

function connectionOf(page: ReturnType<typeof pageOf>, place = at(), asking = ctx) {
  return sameConnection(asking, place, page, () => toConnection(asking, place, page));
}

describe("the connection of a page", () => {
  it("is the same one from the second time on, where the page never changes", () => {
    const page = Object.freeze(pageOf(2, 1));
    const first = connectionOf(page);
    const second = connectionOf(page);
    expect(second).not.toBe(first);
    expect(connectionOf(page)).toBe(second);
    expect(connectionOf(Object.freeze(pageOf(2, 1)))).not.toBe(second);
    expect(second.edges.map(({ cursor }) => cursor)).toEqual(first.edges.map(({ cursor }) => cursor));
    expect(JSON.stringify(second.pageInfo)).toBe(JSON.stringify(first.pageInfo));
  });

  it("is made anew where the page may change", () => {
    const page = pageOf(1);
    for (let n = 0; n < 3; n += 1) connectionOf(page);
    page.rows.push(row(7));
    expect(connectionOf(page).edges).toHaveLength(2);
  });

  it.each([
    ["list", at({}, "another list"), ctx],
    ["size", at({ limit: 3 }), ctx],
    ["end", at({ fromEnd: true }), ctx],
    ["beginning", at({ after: { value: 1, id: "a" } }), ctx],
    ["bound", at({ before: { value: 1, id: "a" } }), ctx],
    ["key", at(), contextOf("another key")],
  ])("is another one with another %s", (_, place, asking) => {
    const page = Object.freeze(pageOf(2, 1));
    for (let n = 0; n < 3; n += 1) connectionOf(page);
    const expected = toConnection(asking, place, page);
    for (let n = 0; n < 3; n += 1) {
      const found = connectionOf(page, place, asking);
      expect(found.edges.map(({ cursor }) => cursor)).toEqual(expected.edges.map(({ cursor }) => cursor));
      expect({ ...found.pageInfo, makeStart: null, makeEnd: null }).toEqual({
        ...expected.pageInfo,
        makeStart: null,
        makeEnd: null,
      });
    }
  });

  it("cannot be changed", () => {
    const page = Object.freeze(pageOf(2, 1));
    connectionOf(page);
    const { edges, pageInfo } = connectionOf(page);
    expect(() => edges.pop()).toThrow(TypeError);
    expect(() => Object.assign(edges[0]!, { node: "another" })).toThrow(TypeError);
    expect(() => Object.assign(pageInfo, { hasNextPage: false })).toThrow(TypeError);
  });
});
