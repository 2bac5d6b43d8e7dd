import { type ApolloServerPlugin } from "@apollo/server";
import { type FastifyReply } from "fastify";

import { type Context } from "../../resolvers/request/context.js";
import { clientError } from "../../resolvers/request/errors.js";
import { isOperator } from "../http/operators.js";
import { actualCost } from "../limits/actual-cost.js";
import { type Budgets, type Standing } from "./budgets.js";
import { holdersOf } from "./holders.js";

/** Principals that are known to be no operators, until their budget is whole again. */
const MOST_REFUSED = 10_000;

/** Has requests paid for: by what they are taken to cost before anything is done for them, corrected by what they cost. */
export class Charging {
  /** Who was looked up and is no operator, and until when that need not be asked again. */
  readonly #refused = new Map<string, number>();

  constructor(private readonly budgets: Budgets) {}

  /**
   * Takes what a request is to cost, and tells in headers what is left.
   *
   * @throws BUDGET_EXCEEDED where it is not there, for everybody but operators.
   */
  async charge(ctx: Context, reply: FastifyReply): Promise<void> {
    if (!this.budgets.any) return;
    const holders = holdersOf(ctx.tenant, ctx.identity, ctx.key, ctx.work.address);
    const { cost } = ctx.work.asked;
    const { standings, short } = await this.budgets.take(holders, cost);
    if (short && (await this.#isRefused(ctx, holders.principal, short))) {
      void reply.headers({ ...headersOf(standings), "retry-after": short.resetSeconds });
      throw exceeded(short, cost);
    }
    void reply.headers(headersOf(standings));
    if (!short) ctx.work.payers = holders;
  }

  /** Corrects what was taken, and tells how the budgets stand then. */
  settling(): ApolloServerPlugin<Context> {
    if (!this.budgets.any) return {};
    return {
      requestDidStart: async () => ({
        willSendResponse: async ({ response, contextValue: { work, request } }) => {
          if (!work.payers) return;
          const standings = await this.budgets.settle(
            work.payers,
            work.asked.cost,
            actualCost(work, request.calls),
          );
          for (const [name, value] of Object.entries(headersOf(standings)))
            response.http.headers.set(name, value);
        },
      }),
    };
  }

  /** Operators go on: somebody has to be able to look. Who is none is looked up once a window. */
  async #isRefused(
    ctx: Context,
    principal: string | undefined,
    { resetSeconds }: Standing,
  ): Promise<boolean> {
    if (principal === undefined) return true;
    const now = Date.now();
    if ((this.#refused.get(principal) ?? 0) > now) return true;
    if (await isOperator(ctx)) return false;
    if (this.#refused.size >= MOST_REFUSED) this.#refused.clear();
    this.#refused.set(principal, now + resetSeconds * 1_000);
    return true;
  }
}

function exceeded({ of, limit, remaining, resetSeconds }: Standing, cost: number) {
  const left = `${remaining} of ${limit} left for the ${of}`;
  return clientError(
    "BUDGET_EXCEEDED",
    `This costs ${cost}, and there is ${left}. More is there in ${resetSeconds} seconds.`,
    { limit, found: cost, of, remaining, resetSeconds },
  );
}

/** How budgets stand, after draft-ietf-httpapi-ratelimit-headers-10; `qu` says that points are counted and not requests. */
function headersOf(standings: readonly Standing[]): Record<string, string> {
  const list = (parameters: (standing: Standing) => string) =>
    standings.map((standing) => `"${standing.of}";${parameters(standing)}`).join(", ");
  if (standings.length === 0) return {};
  return {
    "ratelimit-policy": list(({ limit, windowSeconds }) => `q=${limit};qu="cost";w=${windowSeconds}`),
    ratelimit: list(({ remaining, resetSeconds }) => `r=${remaining};t=${resetSeconds}`),
  };
}
