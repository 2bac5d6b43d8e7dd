import { createServer, type Server, type Socket } from "node:net";
import { type AddressInfo } from "node:net";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { layWire, type Wire } from "../support/wire.js";
import { film } from "../support/titles.js";
import { EVERYTHING, everyone, freshPrefix, openOpenSearch, textQuery } from "./opensearch-support.js";

const URL = process.env.OPENSEARCH_URL;
if (!URL) console.warn("NOT RUN: OpenSearch as a store, because OPENSEARCH_URL is not set");

describe.skipIf(!URL)("OpenSearch as a store", () => {
  const prefix = freshPrefix();
  let subject: ReturnType<typeof openOpenSearch>;
  let tenant: Tenant;
  const opened: { close(): Promise<unknown> }[] = [];

  beforeAll(async () => {
    subject = openOpenSearch(URL ?? "", "SHARED", prefix);
    tenant = await subject.openTenant();
    await subject.projection.put(tenant, [film("a", "Marigold Lane"), film("b", "Wisteria")]);
    await subject.settleOf(tenant);
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  afterAll(() => subject.close());

  const request = (signal?: AbortSignal) => ({ tenant, calls: new CallLog(), signal });
  const through = (url: string, deadlineMs = 1_000) => {
    const other = openOpenSearch(url, "SHARED", prefix, deadlineMs, subject.ledger);
    opened.push(other.store);
    return other;
  };
  const laid = async (): Promise<Wire> => {
    const wire = await layWire(URL ?? "");
    opened.push(wire);
    return wire;
  };

  it("answers its version", async () => {
    expect((await subject.store.ping()).version).toMatch(/^\d+\.\d+/);
  });

  it.each(["", "marigold", "marigold lane wisteria", "marigodl lnae"])(
    "one request a search: %j",
    async (text) => {
      subject.requests.length = 0;
      const asked = request();
      await subject.search.search(asked, everyone, textQuery(text, { wants: EVERYTHING }));
      expect(subject.requests).toEqual(["/_msearch"]);
      expect(asked.calls.calls).toMatchObject([{ store: "OPENSEARCH", operation: "search.search" }]);
    },
  );

  it("one request a completion", async () => {
    subject.requests.length = 0;
    const asked = request();
    await subject.search.suggest(asked, everyone, "mari", 5);
    expect(subject.requests).toEqual(["/_msearch"]);
    expect(asked.calls.calls).toMatchObject([{ operation: "search.suggest", rows: 1 }]);
  });

  it("says so while it cannot be reached, and answers once it can", async () => {
    const wire = await laid();
    const { search, projection } = through(wire.url);
    expect((await search.search(request(), everyone, textQuery("marigold"))).hits).toHaveLength(1);
    await wire.cut();
    await expect(search.search(request(), everyone, textQuery("marigold"))).rejects.toThrow(
      StoreUnavailableError,
    );
    await expect(projection.put(tenant, [film("c", "Primrose")])).rejects.toThrow(StoreUnavailableError);
    await expect(projection.status(tenant)).rejects.toThrow(StoreUnavailableError);
    await wire.mend();
    await expect
      .poll(() => search.search(request(), everyone, textQuery("marigold")).then(({ hits }) => hits.length), {
        timeout: 5_000,
      })
      .toBe(1);
  });

  it("gives up at the deadline when nothing comes back", async () => {
    const silent = await silentServer();
    const { search } = through(silent.url, 200);
    const started = performance.now();
    await expect(search.search(request(), everyone, textQuery("marigold"))).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(performance.now() - started).toBeLessThan(1_500);
    await expect.poll(() => silent.sockets(), { timeout: 2_000 }).toBe(0);
  });

  it("closes the connection of a search whose request ends", async () => {
    const silent = await silentServer();
    const { search } = through(silent.url, 30_000);
    const client = new AbortController();
    const answer = search.search(request(client.signal), everyone, textQuery("marigold"));
    await expect.poll(() => silent.sockets(), { timeout: 2_000 }).toBe(1);
    client.abort();
    await expect(answer).rejects.toThrow(StoreAbortedError);
    await expect.poll(() => silent.sockets(), { timeout: 2_000 }).toBe(0);
  });

  it("asks nothing for a request that has ended", async () => {
    subject.requests.length = 0;
    const ended = request(AbortSignal.abort());
    await expect(subject.search.search(ended, everyone, textQuery("marigold"))).rejects.toThrow(
      StoreAbortedError,
    );
    expect(subject.requests).toEqual([]);
  });

  /** A server that takes requests and never answers. */
  async function silentServer(): Promise<{ url: string; sockets: () => number }> {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.resume();
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    opened.push({
      close: () => {
        for (const socket of sockets) socket.destroy();
        return new Promise((resolve) => server.close(resolve));
      },
    });
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      sockets: () => sockets.size,
    };
  }
});
