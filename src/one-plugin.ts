import {
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from "@apollo/server";

import { type Context } from "../resolvers/request/context.js";

type Plugin = ApolloServerPlugin<Context>;
type Asked = GraphQLRequestContext<Context>;
type Answered = ReturnType<NonNullable<GraphQLRequestListener<Context>["responseForOperation"]>>;

/** Steps of a request that plugins of ours are told of; Apollo Server knows of more. */
interface Listener {
  didResolveSource?(asked: Asked): Promise<void>;
  didResolveOperation?(asked: Asked): Promise<void>;
  responseForOperation?(asked: Asked): Answered;
  didEncounterErrors?(asked: Asked): Promise<void>;
  willSendResponse?(asked: Asked): Promise<void>;
}
type Step = keyof Listener;

/**
 * Plugins as one. Apollo Server asks each of its plugins at each step of a request, and makes promises for those that have
 * nothing to say as well: with many plugins that listen to little, a tenth of the memory that a write takes. Those of one
 * are told as Apollo Server tells its own: all at once in their order, and of answers the first counts.
 *
 * @returns one, and what the plugins do beside listening to requests.
 */
export function onePlugin(plugins: readonly Plugin[]): [Plugin, ...Plugin[]] {
  const listening = plugins.filter((plugin) => plugin.requestDidStart !== undefined);
  const starts = listening.map((plugin) => (asked: Asked) => plugin.requestDidStart!(asked));
  const isChecked = new Set<number>();
  const others = plugins.map((plugin) => ({ ...plugin, requestDidStart: undefined }));
  const one: Plugin = {
    requestDidStart: async (asked) => {
      const begun = await Promise.all(starts.map((start) => start(asked)));
      const all: Listener[] = [];
      for (const [place, each] of begun.entries()) {
        if (!each) continue;
        if (!isChecked.has(place)) checkSteps(each);
        isChecked.add(place);
        all.push(each);
      }
      return new Listeners(all);
    },
  };
  return [one, ...others.filter((plugin) => Object.values(plugin).some(Boolean))];
}

/** @throws Error for a listener to a step that nobody tells it of. */
function checkSteps(listener: object): void {
  for (const step in listener)
    if (!(step in Listeners.prototype)) throw new Error(`Nobody tells a plugin of ${step}`);
}

class Listeners implements Required<Listener> {
  constructor(private readonly all: readonly Listener[]) {}

  didResolveSource(asked: Asked): Promise<void> {
    return this.#tell("didResolveSource", asked);
  }

  didResolveOperation(asked: Asked): Promise<void> {
    return this.#tell("didResolveOperation", asked);
  }

  didEncounterErrors(asked: Asked): Promise<void> {
    return this.#tell("didEncounterErrors", asked);
  }

  willSendResponse(asked: Asked): Promise<void> {
    return this.#tell("willSendResponse", asked);
  }

  async responseForOperation(asked: Asked): Answered {
    for (const each of this.all) {
      const answer = each.responseForOperation && (await each.responseForOperation(asked));
      if (answer) return answer;
    }
    return null;
  }

  async #tell(step: Exclude<Step, "responseForOperation">, asked: Asked): Promise<void> {
    const told: Promise<void>[] = [];
    for (const each of this.all) if (each[step]) told.push(each[step](asked));
    if (told.length > 1) await Promise.all(told);
    else await told[0];
  }
}
