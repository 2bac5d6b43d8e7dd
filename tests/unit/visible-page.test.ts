import { describe, expect, it } from "vitest";

import { type Page } from "../../datasources/core/page.js";
import { toConnection } from "../../resolvers/connection.js";
import { type Context } from "../../resolvers/request/context.js";
import { createCursors } from "../../resolvers/request/cursor.js";
import { visiblePage } from "../../resolvers/titles.js";

const cursors = createCursors(new TextEncoder().encode("a signing key of at least thirty-two bytes"));

/** A list of so many rows downwards, of which the audience may meet those whose number is in `visible`. */
function listOf(size: number, visible: ReadonlySet<number>) {
  const rows = Array.from({ length: size }, (_, n) => ({
    titleId: String(n),
    position: { value: -n, id: "" },
  }));
  const calls = { reads: 0, looks: 0 };
  const read = async ({ limit, fromEnd, after, before }: Page) => {
    calls.reads += 1;
    const within = rows.filter(
      ({ position: { value } }) =>
        (!after || value < Number(after.value)) && (!before || value > Number(before.value)),
    );
    const wanted = fromEnd ? within.slice(-limit) : within.slice(0, limit);
    return { rows: wanted, hasMore: within.length > limit };
  };
  const loadAll = async (ids: string[]) => {
    calls.looks += 1;
    return ids.map((id) => (visible.has(Number(id)) ? { id } : null));
  };
  const ctx = { catalog: { visibleById: { loadAll } }, gateway: { cursors } } as unknown as Context;
  const pageOf = async (page: Page) => {
    const found = await visiblePage(ctx, page, { key: "x", prev: undefined }, read);
    const sources = found.rows.map(({ titleId, position }) => ({ position, node: titleId, extra: {} }));
    return toConnection(ctx, { list: "list", page }, { ...found, rows: sources });
  };
  return { calls, pageOf };
}

describe("a page of a list of which little may be met", () => {
  it.each([false, true])(
    "never says that it goes on without a cursor to go on from (from the end: %s)",
    async (fromEnd) => {
      const { pageOf, calls } = listOf(5_000, new Set([2_500, 4_999, 0]));
      const found: string[] = [];
      let page: Page = { limit: 1, fromEnd };
      let pages = 0;
      for (; pages < 20; pages += 1) {
        calls.reads = 0;
        const { edges, pageInfo } = await pageOf(page);
        found.push(...edges.map(({ node }) => node));
        expect(calls.reads).toBeLessThanOrEqual(2);
        expect(calls.looks).toBeLessThanOrEqual(2 * (pages + 1));
        const cursor = fromEnd ? pageInfo.startCursor : pageInfo.endCursor;
        if (!(fromEnd ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
        const position = cursors.decode("list", String(cursor), "after");
        page = { ...page, [fromEnd ? "before" : "after"]: position };
      }
      expect(found).toEqual(fromEnd ? ["4999", "2500", "0"] : ["0", "2500", "4999"]);
      expect(pages).toBeLessThan(12);
    },
  );

  it("is read once where most of it may be met", async () => {
    const { pageOf, calls } = listOf(
      100,
      new Set(Array.from({ length: 100 }, (_, n) => n).filter((n) => n % 10)),
    );
    const { edges, pageInfo } = await pageOf({ limit: 20, fromEnd: false });
    expect(edges).toHaveLength(20);
    expect(pageInfo.hasNextPage).toBe(true);
    expect(calls).toEqual({ reads: 1, looks: 1 });
  });
});
