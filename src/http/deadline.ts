import { type IncomingHttpHeaders } from "node:http";

import { clientError } from "../../resolvers/request/errors.js";
import { type Config } from "../config.js";

/** The header in which a client says how long it will wait for the answer, in milliseconds. */
export const DEADLINE_HEADER = "x-marquee-deadline-ms";

/**
 * What a request has in all: what its client says, as far as that goes, else what is configured. Milliseconds.
 *
 * @throws BAD_REQUEST for a header that says no time.
 */
export function deadlineOf(
  { standardMs, mostMs }: Config["http"]["deadline"],
  { [DEADLINE_HEADER]: said }: IncomingHttpHeaders,
): number {
  if (said === undefined) return standardMs;
  const asked = /^\d{1,9}$/.test(String(said)) ? Number(said) : 0;
  // Who asks for more waits longer than we do.
  if (asked > 0) return Math.min(asked, mostMs);
  const accepted = `a whole number of milliseconds from 1, of which ${mostMs} count at most`;
  throw clientError("BAD_REQUEST", `${DEADLINE_HEADER}: is no time. Accepted: ${accepted}.`, {
    field: DEADLINE_HEADER,
    accepted,
  });
}
