import { startMarquee, type Ground, type Marquee } from "./ground.js";
import { type Finding } from "./report.js";
import { audits } from "./suites/audits.suite.js";
import { ownCommand } from "./suites/command.suite.js";
import { hostileDocuments } from "./suites/documents.suite.js";
import { malformedRequests } from "./suites/fuzz.suite.js";
import { singleRequests } from "./suites/limits.suite.js";
import { leavingClients } from "./suites/leaving.suite.js";
import { guessing } from "./suites/guesses.suite.js";
import { besidePeers } from "./suites/peers.suite.js";
import { exhaustedPool } from "./suites/pool.suite.js";
import { slowSockets } from "./suites/sockets.suite.js";
import { faultyStores } from "./suites/stores.suite.js";

/** How a suite is run. */
export interface SuiteOptions {
  /** The short form: the same kinds, fewer of each. */
  quick: boolean;
  /** What is drawn at random follows from it. */
  seed: number;
}

/** Makes what it abuses on the ground. */
export type Suite = (ground: Ground, options: SuiteOptions) => Promise<readonly Finding[]>;

/** What can be done to a gateway that runs already, by the suite's name. */
export const AGAINST_ONE: Readonly<
  Record<string, (gateway: Marquee, options: SuiteOptions) => Promise<Finding>>
> = {
  documents: (gateway, { quick }) =>
    hostileDocuments(gateway, {
      sizes: quick ? [1_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000],
      times: quick ? 1 : 5,
      patienceMs: 60_000,
    }),
  requests: (gateway) => singleRequests(gateway),
  fuzz: (gateway, { quick, seed }) => malformedRequests(gateway, { requests: quick ? 2_000 : 100_000, seed }),
  guesses: (gateway) => guessing(gateway),
  sockets: (gateway, { quick }) =>
    slowSockets(gateway, {
      count: quick ? 200 : 2_500,
      honestMs: quick ? 1_500 : 6_000,
      quick,
    }),
};

/** Suites that start gateways of their own kind. */
export const ON_THE_GROUND: Readonly<Record<string, Suite>> = { audits, stores: faultyStores };

/** A suite that has a gateway of its own. */
function onOne(abuse: (gateway: Marquee, options: SuiteOptions) => Promise<Finding>): Suite {
  return async (ground, options) => {
    const gateway = await startMarquee(ground);
    try {
      return [await abuse(gateway, options)];
    } finally {
      await gateway.close();
    }
  };
}

/** Every suite by its name, in the order in which they are run. */
export const SUITES: Readonly<Record<string, Suite>> = {
  ...Object.fromEntries(Object.entries(AGAINST_ONE).map(([name, abuse]) => [name, onOne(abuse)])),
  audits,
  pool: exhaustedPool,
  leaving: leavingClients,
  stores: faultyStores,
  arguments: (_ground, { quick, seed }) =>
    ownCommand("Every argument of the schema", "fuzz", [
      ...(quick ? ["--payloads", "20", "--requests", "60"] : []),
      ...["--seed", String(seed)],
    ]),
  overload: () => ownCommand("Overload", "overload", []),
  sigterm: () => ownCommand("SIGTERM under load", "sigterm", []),
  // Installs what it compares with.
  peers: besidePeers,
};
