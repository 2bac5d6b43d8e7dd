import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { type Admission, type Ticket } from "../../packages/pressure/index.js";
import { type Tokens } from "../../resolvers/request/identity.js";
import { type Config } from "../config.js";
import { refusalBody } from "./socket-answers.js";
import { claimsOf, claimedTenant } from "./claims.js";
import { deadlineOf } from "./deadline.js";
import { type OperatorsFirst } from "./operators-first.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What lets it be worked on. */
    ticket: Ticket | null;
    /** When its header was there, on the clock of `performance.now()`. */
    arrived: number;
  }
}

const OVERLOADED = JSON.stringify(
  refusalBody(
    "OVERLOADED",
    "More is asked of this gateway than it can answer in time. Nothing was done; try again after the seconds of Retry-After.",
  ),
);

/** Tells whose a request is to be counted as. Names that no tenant has share what is left, or each would be new. */
export class Parties {
  readonly #known = new Set<string>();

  /** @param namedBy the tenant that a host names, if any. */
  constructor(
    private readonly defaultTenant: Config["defaultTenant"],
    private readonly namedBy: (host: string) => { slug: string } | null,
  ) {}

  /** Notes a tenant that there is. */
  note(slug: string): void {
    this.#known.add(slug);
  }

  /** By what the request says of itself, which is not verified: it can be nobody's advantage but another's share. */
  of({ headers }: FastifyRequest): string {
    const named = claimedTenant(headers) ?? this.namedBy(headers.host ?? "")?.slug ?? this.defaultTenant;
    return named !== null && this.#known.has(named) ? named : "";
  }
}

/**
 * Lets requests in before anything of them is read, as many as can be answered in time; the others are told so at once.
 * Operators go before everybody else: while there is a crowd, whoever says to be one is asked for the token that says so.
 *
 * @param operators knows whether what such a token says still holds.
 */
export function admitRequests(
  scope: FastifyInstance,
  admission: Admission,
  parties: Parties,
  tokens: Pick<Tokens, "verify">,
  operators: Pick<OperatorsFirst, "has">,
  deadline: Config["http"]["deadline"],
): void {
  scope.decorateRequest("ticket", null);
  scope.decorateRequest("arrived", 0);
  const applicant = (request: FastifyRequest, urgent: boolean) => ({
    party: () => parties.of(request),
    urgent,
    withinMs: () => timeOf(deadline, request.headers),
  });
  const enter = (request: FastifyRequest, reply: FastifyReply, urgent: boolean, done: () => void) => {
    const leave = admission.enter(applicant(request, urgent), (ticket) => {
      if (ticket === null) return refuse(reply, admission);
      request.ticket = ticket;
      reply.raw.once("close", () => ticket.leave());
      done();
    });
    if (leave) reply.raw.once("close", leave);
  };
  const enterBy = (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    if (admission.isIdle || !claimsOf(request.headers)?.opr) return enter(request, reply, false, done);
    const [, token = ""] = request.headers.authorization?.split(/ +/) ?? [];
    void tokens.verify(token).then(
      (identity) => enter(request, reply, operators.has(token, identity), done),
      () => enter(request, reply, false, done),
    );
  };
  scope.addHook("onRequest", (request, reply, done) => {
    request.arrived = performance.now();
    enterBy(request, reply, () => {
      setImmediate(() => makeRoomUntilWhole(request));
      done();
    });
  });
  scope.addHook("preValidation", (request, reply, done) => {
    if (request.ticket) done();
    else enterBy(request, reply, done);
  });
  scope.addHook("onSend", (request, _reply, _payload, done) => {
    // Sending is the socket's.
    request.ticket?.leave();
    done();
  });
}

/** What a request has in all, of which it cannot wait for more; one that says no time is told so in its turn. */
function timeOf(deadline: Config["http"]["deadline"], headers: FastifyRequest["headers"]): number {
  try {
    return deadlineOf(deadline, headers);
  } catch {
    return deadline.standardMs;
  }
}

/** A body that does not come with its header may come slowly or never: it has no place until it is there. */
function makeRoomUntilWhole(request: FastifyRequest): void {
  if (request.raw.complete) return;
  request.ticket?.withdraw();
  request.ticket = null;
}

function refuse(reply: FastifyReply, { retryAfterSeconds }: Admission): void {
  void reply
    .code(503)
    .header("retry-after", String(retryAfterSeconds))
    .type("application/json; charset=utf-8")
    .send(OVERLOADED);
}
