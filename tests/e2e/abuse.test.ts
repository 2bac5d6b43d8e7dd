import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { describe, expect, inject, it } from "vitest";

import { startMarquee, type Ground, type Marquee } from "../../scripts/abuse/ground.js";
import { AGAINST_ONE, ON_THE_GROUND } from "../../scripts/abuse/suites.js";
import { use } from "../support/fixtures.js";

/** What is drawn: a failure tells its seed. */
const seed = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const quick = { quick: true, seed };

const ground = use(async (): Promise<Ground & { close(): Promise<void> }> => {
  const dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-abused-"));
  const close = () => rm(dataFolder, { recursive: true, force: true });
  return { postgresUrl: inject("postgresUrl"), dataFolder, close };
});
/** One gateway, as it is shipped and in a process of its own, for most that is done here. */
const gateway = use<Marquee>(() => startMarquee(ground));

describe("the short form of npm run test:abuse", () => {
  it.each(Object.entries(AGAINST_ONE))("%s", async (_name, abuse) => {
    const { broken } = await abuse(gateway, quick);
    expect(broken, `seed ${seed}`).toEqual([]);
  });

  it.each(Object.entries(ON_THE_GROUND))("%s", async (_name, suite) => {
    const findings = await suite(ground, quick);
    expect(
      findings.flatMap(({ broken }) => broken),
      `seed ${seed}`,
    ).toEqual([]);
  });
});
