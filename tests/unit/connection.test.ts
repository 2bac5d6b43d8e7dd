/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return -- asymmetric matchers are typed as any */
import { describe, expect, it } from "vitest";

import { type Page, type Position } from "../../datasources/core/page.js";
import { type ListPage, pageOfList, readPage, toConnection } from "../../resolvers/connection.js";
import { type Context } from "../../resolvers/request/context.js";
import { createCursors } from "../../resolvers/request/cursor.js";

const cursors = createCursors(new TextEncoder().encode("a signing key of at least thirty-two bytes"));
/** What paging reads of a request's context. */
const ctx = { tenant: { slug: "meridian" }, gateway: { cursors } } as unknown as Context;
const entry = (value: number, id: string) => ({ position: { value, id } });
const refusal = (code: string, field: string) =>
  expect.objectContaining({ extensions: expect.objectContaining({ code, field }) });

describe("readPage", () => {
  it("asks for twenty from the start unless told otherwise", () => {
    expect(readPage(ctx, "list", {}).page).toEqual({
      limit: 20,
      fromEnd: false,
      after: undefined,
      before: undefined,
    });
    expect(readPage(ctx, "list", { first: null, last: null, after: null, before: null }).page.limit).toBe(20);
    expect(readPage(ctx, "list", { first: 0 }).page).toMatchObject({ limit: 0, fromEnd: false });
    expect(readPage(ctx, "list", { first: 100 }).page.limit).toBe(100);
    expect(readPage(ctx, "list", { last: 3 }).page).toMatchObject({ limit: 3, fromEnd: true });
    expect(readPage(ctx, "list", { last: 0 }).page).toMatchObject({ limit: 0, fromEnd: true });
  });

  it("refuses sizes out of range and both directions at once", () => {
    for (const size of [-1, 101, 2_147_483_647]) {
      expect(() => readPage(ctx, "list", { first: size })).toThrow(refusal("INVALID_PAGE", "first"));
      expect(() => readPage(ctx, "list", { last: size })).toThrow(refusal("INVALID_PAGE", "last"));
    }
    expect(() => readPage(ctx, "list", { first: 1, last: 1 })).toThrow(refusal("INVALID_PAGE", "last"));
  });

  it("takes cursors of its own list and tenant only", () => {
    const position = { value: 1, id: "a" };
    const { list } = readPage(ctx, "list", {});
    const after = cursors.encode(list, position);
    expect(readPage(ctx, "list", { after }).page.after).toEqual(position);
    expect(() => readPage(ctx, "other list", { after })).toThrow(refusal("INVALID_CURSOR", "after"));
    expect(() => readPage(ctx, "list", { before: "x" })).toThrow(refusal("INVALID_CURSOR", "before"));
    const foreign = { ...ctx, tenant: { slug: "lumen" } } as Context;
    expect(() => readPage(foreign, "list", { after })).toThrow(refusal("INVALID_CURSOR", "after"));
  });
});

describe("toConnection", () => {
  const rows = [
    { position: { value: 2, id: "b" }, node: "B", extra: { rank: 1 } },
    { position: { value: 1, id: "a" }, node: "A", extra: { rank: 2 } },
  ];
  const at = (page: Partial<Page>): ListPage => ({
    list: "list",
    page: { limit: 2, fromEnd: false, ...page },
  });
  const position: Position = { value: 0, id: "x" };

  it("puts cursor, node and what else an edge has on each edge", () => {
    const { edges, pageInfo } = toConnection(ctx, at({}), { rows, hasMore: true });
    expect(edges.map(({ node, rank }) => [node, rank])).toEqual([
      ["B", 1],
      ["A", 2],
    ]);
    expect(edges.map(({ cursor }) => cursors.decode("list", cursor, "after"))).toEqual(
      rows.map((row) => row.position),
    );
    expect(pageInfo.startCursor).toBe(edges[0]!.cursor);
    expect(pageInfo.endCursor).toBe(edges[1]!.cursor);
  });

  it.each([
    [{}, true, { hasNextPage: true, hasPreviousPage: false }],
    [{}, false, { hasNextPage: false, hasPreviousPage: false }],
    [{ after: position }, true, { hasNextPage: true, hasPreviousPage: true }],
    [{ after: position }, false, { hasNextPage: false, hasPreviousPage: true }],
    [{ fromEnd: true }, true, { hasNextPage: false, hasPreviousPage: true }],
    [{ fromEnd: true }, false, { hasNextPage: false, hasPreviousPage: false }],
    [{ fromEnd: true, before: position }, true, { hasNextPage: true, hasPreviousPage: true }],
  ] as [Partial<Page>, boolean, object][])(
    "tells for %j, more to come: %s, that %j",
    (page, hasMore, flags) => {
      expect(toConnection(ctx, at(page), { rows, hasMore }).pageInfo).toMatchObject(flags);
    },
  );

  it("has no cursors on an empty page", () => {
    expect(toConnection(ctx, at({}), { rows: [], hasMore: false }).pageInfo).toMatchObject({
      startCursor: null,
      endCursor: null,
    });
  });
});

describe("pageOfList", () => {
  const list = [entry(9, "a"), entry(5, "b"), entry(5, "c"), entry(5, "d"), entry(1, "e")];
  const ids = (page: Partial<Page>, entries = list, ties?: "ASC" | "DESC") =>
    pageOfList(entries, { limit: 100, fromEnd: false, ...page }, ties)
      .rows.map(({ position }) => position.id)
      .join("");
  const place = (value: number, id: string): Position => ({ value, id });

  it("cuts from the start, from the end, and between two cursors", () => {
    expect(ids({})).toBe("abcde");
    expect(ids({ limit: 2 })).toBe("ab");
    expect(ids({ limit: 2, fromEnd: true })).toBe("de");
    expect(ids({ limit: 0 })).toBe("");
    expect(ids({ after: place(5, "b"), before: place(1, "e") })).toBe("cd");
    expect(ids({ after: place(1, "e") })).toBe("");
    expect(ids({ after: place(5, "d"), before: place(5, "b") })).toBe("");
  });

  it("tells whether the list goes on past the page", () => {
    const more = (page: Partial<Page>) => pageOfList(list, { limit: 100, fromEnd: false, ...page }).hasMore;
    expect(more({ limit: 4 })).toBe(true);
    expect(more({ limit: 5 })).toBe(false);
    expect(more({ limit: 4, fromEnd: true })).toBe(true);
    expect(more({ limit: 2, after: place(5, "c") })).toBe(false);
    expect(more({ limit: 0 })).toBe(true);
  });

  it("reads on from where a row stood that has left the list", () => {
    const without = (id: string) => list.filter(({ position }) => position.id !== id);
    for (const { position } of list) {
      expect(ids({ after: position }, without(position.id)), `after ${position.id}`).toBe(
        ids({ after: position }),
      );
      expect(ids({ before: position }, without(position.id)), `before ${position.id}`).toBe(
        ids({ before: position }),
      );
    }
    expect(ids({ after: place(5, "c") }, [])).toBe("");
  });

  it("reads on in lists whose ties run downwards", () => {
    const downwards = [entry(9, "a"), entry(5, "d"), entry(5, "c"), entry(5, "b"), entry(1, "e")];
    for (const { position } of downwards) {
      const rest = downwards.filter((one) => one.position.id !== position.id);
      expect(ids({ after: position }, rest, "DESC"), `after ${position.id}`).toBe(
        ids({ after: position }, downwards, "DESC"),
      );
    }
  });

  it("finds a row that has moved where it is now", () => {
    expect(ids({ after: place(7, "c") })).toBe("de");
  });
});
