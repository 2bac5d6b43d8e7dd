import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { type AddressInfo } from "node:net";

import { type FastifyInstance, type FastifyRequest } from "fastify";
import { parse, type GraphQLSchema } from "graphql";

import { exampleVariables } from "./documents/example-variables.js";
import { TENANT_HEADER } from "./tenancy/request-tenant.js";

/** What a gateway is asked first that has never been asked: what a first page shows. */
const FIRST = `{ titles(first: 20) { pageInfo { hasNextPage endCursor } edges { cursor node { id name releaseYear } } } }`;
/** How often it asks for each: by then V8 has compiled what it runs through. */
const ROUNDS = 40;
/** Documents that it asks for at once: while stores work for one, it does for others, on connections that are warm then. */
const AT_ONCE = 4;

/** What a gateway asks itself. */
export interface Priming {
  schema: GraphQLSchema;
  /** The most used first. */
  texts: readonly string[];
  /** Whose titles are asked for; null: nobody's, and nothing is. */
  tenant: string | null;
  path: string;
  /** For how long. Milliseconds. */
  ms: number;
}

/** What the gateway's own requests carry, and nobody else's: a name that is made for this process. */
const OWN_HEADER = "x-marquee-priming";
const OWN = randomUUID();

/**
 * Has a gateway answer, as a visitor, what it will be asked, before anybody waits for it: documents are read and compiled,
 * connections have their statements prepared, and what a request walks through is warm. It is asked over HTTP, at a port of
 * the loopback that is open as long.
 *
 * @returns how many documents were asked for.
 */
export async function prime(app: FastifyInstance, priming: Priming): Promise<number> {
  const { schema, texts, tenant, path, ms } = priming;
  if (tenant === null || ms === 0) return 0;
  const until = performance.now() + ms;
  const asked = (texts.length > 0 ? texts : [FIRST]).map((query) =>
    JSON.stringify({ query, ...variablesOf(schema, query) }),
  );
  await app.ready();
  const own = await listenToItself(app);
  const known = new Set<string>();
  try {
    const ask = async (body: string): Promise<boolean> => {
      const left = until - performance.now();
      if (left <= 0 || !(await own.send({ path, tenant, body }, left))) return false;
      known.add(body);
      return true;
    };
    for (let round = 0; round < ROUNDS; round += 1)
      for (let at = 0; at < asked.length; at += AT_ONCE)
        if ((await Promise.all(asked.slice(at, at + AT_ONCE).map(ask))).includes(false)) return known.size;
    return known.size;
  } finally {
    own.close();
  }
}

/** Whether a gateway asks itself. */
export function isPriming({ headers }: Pick<FastifyRequest, "headers">): boolean {
  return headers[OWN_HEADER] === OWN;
}

interface Own {
  /** Whether it was answered within so many milliseconds. */
  send(asked: { path: string; tenant: string; body: string }, withinMs: number): Promise<boolean>;
  close(): void;
}

async function listenToItself(app: FastifyInstance): Promise<Own> {
  const server = createServer((asked, answer) => {
    // Anybody on this machine may find the port.
    if (isPriming(asked)) app.routing(asked, answer);
    else answer.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    send: ({ path, tenant, body }, withinMs) =>
      new Promise((resolve) => {
        const headers = { "content-type": "application/json", [TENANT_HEADER]: tenant, [OWN_HEADER]: OWN };
        const signal = AbortSignal.timeout(Math.ceil(withinMs));
        const options = { host: "127.0.0.1", port, path, method: "POST", headers, signal };
        const asked = httpRequest(options, (answer) => answer.resume().once("end", () => resolve(true)));
        // An answer that is cut off ends in this as well.
        asked.once("close", () => resolve(false)).once("error", () => resolve(false));
        asked.end(body);
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A schema may have changed since a document was kept: what does not fit it any more is refused like anybody's. */
function variablesOf(schema: GraphQLSchema, text: string): { variables?: Record<string, unknown> } {
  try {
    return { variables: exampleVariables(schema, parse(text)) };
  } catch {
    return {};
  }
}
