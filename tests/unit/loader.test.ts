import { describe, expect, it } from "vitest";

import { byKey, manyByKey, oneByKey, type LoaderOptions } from "../../datasources/core/loader.js";
import {
  CallLog,
  describePath,
  type FieldPath,
  type StoreRequest,
} from "../../datasources/core/store-request.js";
import { madeUpTenant } from "../support/tenants.js";

const tenant = madeUpTenant();

interface Batch {
  request: StoreRequest;
  keys: readonly string[];
}

/** Options that write down every batch; values are `value of <key>`, and nothing for keys that start with `missing`. */
function recorded(batches: Batch[]): LoaderOptions<string, string> {
  return {
    request: { tenant, calls: new CallLog() },
    keyOf: (key) => key,
    batch: (request, keys) => {
      batches.push({ request, keys });
      const found = keys.filter((key) => !key.startsWith("missing"));
      return Promise.resolve(new Map(found.map((key) => [key, `value of ${key}`])));
    },
  };
}

const pathOf = (...names: (string | number)[]): FieldPath =>
  names.reduce<FieldPath | undefined>((prev, key) => ({ prev, key }), undefined)!;

describe("a loader", () => {
  it("asks once a tick, each distinct key once, in the order of asking", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    const values = await Promise.all([
      loader.load("b"),
      loader.load("a"),
      loader.load("b"),
      loader.load("c"),
    ]);
    expect(values).toEqual(["value of b", "value of a", "value of b", "value of c"]);
    expect(batches.map(({ keys }) => keys)).toEqual([["b", "a", "c"]]);
  });

  it("joins loads that promises of one tick lead to", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    const later = Promise.resolve().then(() => loader.load("later"));
    await Promise.all([loader.load("now"), later]);
    expect(batches.map(({ keys }) => keys)).toEqual([["now", "later"]]);
  });

  it("counts duplicates in `requested`, for each batch anew", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    await loader.loadAll(["a", "b", "a", "a"]);
    await loader.loadAll(["c", "a", "c"]);
    expect(batches.map(({ request, keys }) => [request.requested, keys])).toEqual([
      [4, ["a", "b"]],
      [2, ["c"]],
    ]);
  });

  it("does not ask again for what it has, missing or not", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    const first = await loader.loadAll(["a", "missing"]);
    expect(await loader.loadAll(["missing", "a"])).toEqual(first.reverse());
    expect(batches).toHaveLength(1);
  });

  it("answers gaps with null, or with a list of its own where there are many", async () => {
    const one = oneByKey(recorded([]));
    expect(await one.loadAll(["missing 1", "a"])).toEqual([null, "value of a"]);
    const many = manyByKey<string, string>({
      request: { tenant, calls: new CallLog() },
      keyOf: (key) => key,
      batch: () => Promise.resolve(new Map([["a", ["x", "y"]]])),
    });
    const [full, empty, other] = await many.loadAll(["a", "missing 1", "missing 2"]);
    expect([full, empty, other]).toEqual([["x", "y"], [], []]);
    empty!.push("only here");
    expect(other).toEqual([]);
  });

  it("tells keys apart by `keyOf`, not by identity", async () => {
    const asked: { id: string }[][] = [];
    const loader = oneByKey<{ id: string }, number>({
      request: { tenant, calls: new CallLog() },
      keyOf: ({ id }) => id,
      batch: (_, keys) => {
        asked.push([...keys]);
        return Promise.resolve(byKey(keys, ({ id }) => id, [1, 2]));
      },
    });
    expect(await loader.loadAll([{ id: "a" }, { id: "b" }, { id: "a" }])).toEqual([1, 2, 1]);
    expect(asked).toEqual([[{ id: "a" }, { id: "b" }]]);
  });

  it("takes primed values without asking or counting, and keeps what it has", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    loader.prime("a", "primed");
    expect(await loader.loadAll(["a", "b", "a"])).toEqual(["primed", "value of b", "primed"]);
    expect(batches.map(({ request, keys }) => [request.requested, keys])).toEqual([[1, ["b"]]]);
    loader.prime("b", "too late");
    expect(await loader.load("b")).toBe("value of b");
  });

  it("reads what it is primed with in many when one is asked for, and not before", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    let read = 0;
    loader.prime("a", "first");
    loader.primeAll(() => {
      read += 1;
      return [
        ["a", "second"],
        ["b", "primed"],
      ];
    });
    expect(read).toBe(0);
    expect(await loader.loadAll(["a", "b", "c"])).toEqual(["first", "primed", "value of c"]);
    expect([read, batches.map(({ keys }) => keys)]).toEqual([1, [["c"]]]);
    loader.primeAll(() => [["d", "older"]]);
    loader.replace("d", "written");
    expect(await loader.load("d")).toBe("written");
  });

  it("cuts a level into calls of at most 2,000 keys for one field, and counts every key once", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    const keys = Array.from({ length: 4_500 }, (_, index) => `k${index}`);
    expect(await loader.loadAll([...keys, "k0"], pathOf("titles"))).toEqual(
      [...keys, "k0"].map((key) => `value of ${key}`),
    );
    expect(batches.map((batch) => batch.keys.length)).toEqual([2_000, 2_000, 500]);
    expect(batches.flatMap((batch) => batch.keys)).toEqual(keys);
    expect(batches.map(({ request }) => request.requested)).toEqual([4_501, undefined, undefined]);
    expect(batches.map(({ request }) => describePath(request.path))).toEqual(Array(3).fill("titles"));
  });

  it("gives every key of a failed batch its error, and asks for other keys as before", async () => {
    let calls = 0;
    const failure = new Error("the store is down");
    const loader = oneByKey<string, string>({
      request: { tenant, calls: new CallLog() },
      keyOf: (key) => key,
      batch: (_, keys) => {
        calls += 1;
        return calls === 1
          ? Promise.reject(failure)
          : Promise.resolve(new Map(keys.map((key) => [key, "fine"])));
      },
    });
    const answers = await Promise.allSettled([loader.load("a"), loader.load("b"), loader.load("a")]);
    expect(answers).toEqual(answers.map(() => ({ status: "rejected", reason: failure })));
    expect(await loader.load("c")).toBe("fine");
  });

  it("gives the error of a batch that throws at once to every key as well", async () => {
    const failure = new Error("not even asked");
    const loader = oneByKey<string, string>({
      request: { tenant, calls: new CallLog() },
      keyOf: (key) => key,
      batch: () => {
        throw failure;
      },
    });
    await expect(loader.loadAll(["a", "b"])).rejects.toBe(failure);
  });

  it("names the field that asked first, for each batch anew", async () => {
    const batches: Batch[] = [];
    const loader = oneByKey(recorded(batches));
    await Promise.all([
      loader.load("a"),
      loader.load("b", pathOf("home", 3, "title", "studio")),
      loader.load("c", pathOf("other")),
    ]);
    await loader.load("d");
    await loader.load("a", pathOf("known"));
    await loader.load("e", pathOf("late"));
    expect(batches.map(({ request }) => describePath(request.path))).toEqual([
      "home.title.studio",
      "",
      "late",
    ]);
  });

  it("passes the request on as it is otherwise", async () => {
    const batches: Batch[] = [];
    const signal = new AbortController().signal;
    const calls = new CallLog();
    const loader = oneByKey({ ...recorded(batches), request: { tenant, calls, signal } });
    await loader.load("a");
    expect(batches[0]?.request).toMatchObject({ tenant, signal });
    expect(batches[0]?.request.calls).toBe(calls);
  });
});
