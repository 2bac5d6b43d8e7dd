import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { describe, expect, it } from "vitest";

import { type Context } from "../../resolvers/request/context.js";
import { onePlugin } from "../../src/one-plugin.js";

type Plugin = ApolloServerPlugin<Context>;

/** What plugins are told of a request, in order, by Apollo Server itself or as one. */
async function told(asOne: boolean, query: string, answers: boolean) {
  const heard: string[] = [];
  const hear = (name: string) => async () => void heard.push(name);
  const plugins: Plugin[] = [
    {
      requestDidStart: async () => ({
        willSendResponse: hear("a sends"),
        didEncounterErrors: hear("a fails"),
      }),
    },
    { requestDidStart: async () => undefined, serverWillStart: hear("b starts") },
    {
      requestDidStart: async () => ({
        didResolveSource: hear("c source"),
        didResolveOperation: hear("c operation"),
        responseForOperation: async () => (heard.push("c answers"), null),
      }),
    },
    {
      requestDidStart: async () => ({
        responseForOperation: async () => {
          heard.push("d answers");
          if (!answers) return null;
          const body = { kind: "single", singleResult: { data: { a: "ours" } } } as const;
          return { http: { headers: new Map() as never, status: undefined }, body };
        },
        willSendResponse: hear("d sends"),
      }),
    },
    {},
  ];
  const server = new ApolloServer<Context>({
    typeDefs: "type Query { a: String }",
    plugins: asOne ? onePlugin(plugins) : plugins,
    includeStacktraceInErrorResponses: false,
  });
  const { body } = await server.executeOperation({ query }, { contextValue: {} as Context });
  await server.stop();
  return { heard, answer: body.kind === "single" && { ...body.singleResult } };
}

describe("plugins as one", () => {
  it.each([
    ["an operation that is executed", "{ a }", false],
    ["an operation that one of them answers", "{ a }", true],
    ["a document that does not fit", "{ b }", false],
    ["a text that is no document", "{", false],
  ])("are told of %s as Apollo Server tells them", async (_, query, answers) => {
    const one = await told(true, query, answers);
    expect(one).toEqual(await told(false, query, answers));
    expect(one.heard).toContain("d sends");
  });

  it("listen to no step that they would not be told of", async () => {
    const plugin: Plugin = { requestDidStart: async () => ({ executionDidStart: async () => undefined }) };
    const [one] = onePlugin([plugin]);
    await expect(one?.requestDidStart?.({} as never)).rejects.toThrow("executionDidStart");
  });
});
