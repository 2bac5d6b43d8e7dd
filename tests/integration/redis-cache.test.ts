import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { RedisCache } from "../../packages/redis-cache/index.js";
import { makeCertificate } from "../support/certificates.js";
import { freePort } from "../support/process.js";
import { hasRedis, NONSENSE, startNonsense, startRedis, useRedis } from "../support/redis.js";

/** Longer than a busy machine takes to answer. */
const PATIENT_MS = 10_000;

/** A cache, and what it was told. */
function open(url: string, deadlineMs = PATIENT_MS, ca?: string) {
  const told: string[] = [];
  const cache = new RedisCache({
    url,
    ca,
    deadlineMs,
    keepSeconds: 60,
    onUp: () => told.push("up"),
    onDown: () => told.push("down"),
  });
  return { cache, told, isUp: () => expect.poll(() => cache.isUp, { timeout: 30_000 }).toBe(true) };
}
const value = (text: string) => Buffer.from(text);
/** Bytes that are no text. */
const BYTES = Buffer.from([0, 255, 13, 10, 36, 128, 0]);

describe.runIf(hasRedis)("values in Redis", () => {
  const redis = useRedis();

  it("are found by whoever knows their names, as they are, for a while", async () => {
    const [one, other] = [open(redis.url), open(redis.url)];
    await Promise.all([one.isUp(), other.isUp()]);
    await one.cache.keep([
      ["a", value("first")],
      ["b", BYTES],
    ]);
    expect(await other.cache.find(["b", "none", "a", "b"])).toEqual([BYTES, null, value("first"), BYTES]);
    expect(await other.cache.find([])).toEqual([]);
    one.cache.close();
    other.cache.close();
  });

  it("are looked for together, by all who look in one turn, and once a name", async () => {
    const { cache, isUp } = open(redis.url);
    await isUp();
    let looks = 0;
    cache.observe = () => (looks += 1);
    const found = await Promise.all([
      ...Array.from({ length: 100 }, (_, n) => cache.find([`x${n}`, "a"])),
      Promise.resolve().then(() => cache.find(["later"])),
    ]);
    expect([found.length, looks]).toEqual([101, 1]);
    const many = Array.from({ length: 1_200 }, (_, n) => `many${n}`);
    await cache.keep(many.map((name) => [name, value(name)]));
    expect((await cache.find(many)).map(String)).toEqual(many);
    cache.close();
  });

  it("are lost while the server is away, which nobody waits for, and kept again when it is back", async () => {
    const { cache, told, isUp } = open(redis.url);
    await isUp();
    await redis.kill();
    await expect.poll(() => cache.isUp).toBe(false);
    await cache.keep([["c", value("lost")]]);
    expect(await cache.find(["a", "c"])).toEqual([null, null]);
    expect(cache.figures).toMatchObject({ sent: 0, unsent: 1, late: 0 });
    await redis.start();
    await isUp();
    await cache.keep([["c", value("kept")]]);
    expect(await cache.find(["a", "c"])).toEqual([null, value("kept")]);
    expect(told).toEqual(["up", "down", "up"]);
    cache.close();
  });

  it("are not waited for longer than the deadline, and soon not at all, while the server says nothing", async () => {
    const { cache, isUp } = open(redis.url, 100);
    await isUp();
    redis.freeze();
    try {
      for (let n = 0; n < 3; n += 1) expect(await cache.find(["a"])).toEqual([null]);
      expect(cache.figures.late).toBe(3);
      expect(cache.isUp).toBe(false);
      let looks = 0;
      cache.observe = () => (looks += 1);
      expect(await cache.find(["a"])).toEqual([null]);
      expect(looks).toBe(0);
    } finally {
      redis.thaw();
    }
    await isUp();
    cache.close();
  });

  it("are not sent to a server that is full until it takes some again", async () => {
    const full = await startRedis("--maxmemory", "4mb", "--maxmemory-policy", "noeviction");
    const { cache, isUp } = open(full.url);
    await isUp();
    const large = Array.from({ length: 50 }, (_, n) => [`large${n}`, Buffer.alloc(100_000, "x")] as const);
    await cache.keep(large);
    const { sent, unsent } = cache.figures;
    expect([sent + unsent, unsent > 0]).toEqual([50, true]);
    await cache.keep([["at once", value("more")]]);
    expect(cache.figures).toMatchObject({ sent, unsent: unsent + 1 });
    expect(cache.isUp).toBe(true);
    await full.empty();
    const keepsAgain = async () => {
      await cache.keep([["again", value("more")]]);
      return cache.figures.sent;
    };
    await expect.poll(keepsAgain, { timeout: 30_000 }).toBeGreaterThan(sent);
    expect(await cache.find(["again"])).toEqual([value("more")]);
    cache.close();
    await full.close();
  });

  it("are read over TLS, from a server whose certificate is of the authority that is named", async () => {
    const { caFile, certFile, keyFile } = makeCertificate();
    const port = await freePort();
    const files = ["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", caFile];
    const sealed = await startRedis("--tls-port", `${port}`, "--tls-auth-clients", "no", ...files);
    const url = `rediss://127.0.0.1:${port}`;
    const [known, unknown] = [open(url, PATIENT_MS, readFileSync(caFile, "utf8")), open(url)];
    await known.isUp();
    await known.cache.keep([["a", value("over TLS")]]);
    expect(await known.cache.find(["a"])).toEqual([value("over TLS")]);
    await expect.poll(() => unknown.told, { timeout: 30_000 }).toEqual(["down"]);
    expect(unknown.cache.isUp).toBe(false);
    known.cache.close();
    unknown.cache.close();
    await sealed.close();
  });

  it("are nowhere, where the URL is none that a client takes", async () => {
    const { cache, told } = open("redis://:%zz@127.0.0.1:1");
    await expect.poll(() => told, { timeout: 30_000 }).toEqual(["down"]);
    expect(await cache.find(["a"])).toEqual([null]);
    cache.close();
  });

  it("are behind a password, where there is one", async () => {
    const locked = await startRedis("--requirepass", "p@ss word");
    const [out, let_in] = [open(locked.url), open(locked.url.replace("//", "//:p%40ss%20word@"))];
    await let_in.isUp();
    await expect.poll(() => out.told).toEqual(["down"]);
    expect(out.cache.isUp).toBe(false);
    out.cache.close();
    let_in.cache.close();
    await locked.close();
  });
});

describe("a server that answers nonsense", () => {
  it.each(Object.entries(NONSENSE))("finds nothing: %s", async (name, nonsense) => {
    const server = await startNonsense(nonsense);
    const { cache, told, isUp } = open(server.url, 200);
    const taken = name === "values of its own" ? value("abc") : null;
    for (let n = 0; n < 4; n += 1) {
      await isUp();
      void cache.keep([["a", value("kept")]]);
      const found = await cache.find(["a", "b"]);
      for (const each of found) expect([null, taken]).toContainEqual(each);
    }
    expect(server.asked()).toBeGreaterThan(0);
    if (!/an answer too many|values of its own/.test(name)) expect(told).toContain("down");
    cache.close();
    await server.close();
  });
});
