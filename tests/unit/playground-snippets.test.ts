import { parse } from "graphql";
import ts from "typescript";
import { expect, test, vi } from "vitest";

import { documentOf, linkTo, type Request, SNIPPETS } from "../../playground/src/code/snippets.js";

const document = `
  # Two operations, of which one is asked for.
  query Other { genres { name } }
  mutation Rate($input: RateTitleInput!) {
    rateTitle(input: $input) { title { ...Named } errors { message } }
  }
  query Named($q: String = "it's \`odd\` \${here} \\\\ there") { search(query: $q) { totalCount } }
  fragment Named on Title { name }
`;

const request = (operationName: string): Request => ({
  endpoint: "http://127.0.0.1:4000/media/graphql",
  headers: { "x-marquee-tenant": "meridian", authorization: "Bearer abc" },
  query: documentOf(document, operationName)!,
  operationName,
  variables: operationName === "Rate" ? { input: { title: "Title:it's", rating: 5 } } : null,
});

test("code holds the one operation that is asked for, with the fragments it uses", () => {
  const names = (text: string) => parse(text).definitions.map((each) => "name" in each && each.name?.value);
  expect(names(documentOf(document, "Rate")!)).toEqual(["Rate", "Named"]);
  expect(names(documentOf(document, "Other")!)).toEqual(["Other"]);
  expect(documentOf("query {", undefined)).toBeNull();
  expect(documentOf("# nothing", undefined)).toBeNull();
});

test.each(["fetch", "Apollo", "urql"])(
  "%s is JavaScript that can be read, whatever the document holds",
  (form) => {
    for (const name of ["Rate", "Named", "Other"]) {
      const code = SNIPPETS[form]!(request(name));
      const { diagnostics } = ts.transpileModule(code, {
        reportDiagnostics: true,
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext },
      });
      expect(diagnostics, code).toEqual([]);
      expect(code).toContain("http://127.0.0.1:4000/media/graphql");
    }
    expect(SNIPPETS.Apollo!(request("Rate"))).toContain("client.mutate({ mutation, variables:");
    expect(SNIPPETS.urql!(request("Rate"))).toContain("client.mutation(document,");
  },
);

test("what fetch sends is the request", async () => {
  const sent: [string, { headers: object; body: string }][] = [];
  vi.stubGlobal("fetch", (...given: (typeof sent)[number]) => {
    sent.push(given);
    return Promise.resolve({ json: () => Promise.resolve({}) });
  });
  vi.spyOn(console, "log").mockReturnValue();
  await import(`data:text/javascript,${encodeURIComponent(SNIPPETS.fetch!(request("Named")))}`);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  const [url, { headers, body }] = sent[0]!;
  expect(url).toBe("http://127.0.0.1:4000/media/graphql");
  expect(headers).toMatchObject({ "x-marquee-tenant": "meridian", authorization: "Bearer abc" });
  const { query, operationName } = JSON.parse(body) as { query: string; operationName: string };
  expect(operationName).toBe("Named");
  expect(parse(query, { noLocation: true })).toEqual(parse(request("Named").query, { noLocation: true }));
});

test("curl is one command of a shell, whatever the document holds", () => {
  const code = SNIPPETS.curl!(request("Rate"));
  // What a POSIX shell makes of single quotes, which hold everything but themselves.
  const words = code.replaceAll("\\\n", " ").match(/(?:'[^']*'|\\'|[^\s'\\])+/g)!;
  const plain = words.map((word) => word.replace(/'([^']*)'|\\'/g, (_, text?: string) => text ?? "'"));
  expect(plain.slice(0, 2)).toEqual(["curl", "http://127.0.0.1:4000/media/graphql"]);
  expect(JSON.parse(plain.at(-1)!)).toEqual({
    query: request("Rate").query,
    operationName: "Rate",
    variables: { input: { title: "Title:it's", rating: 5 } },
  });
});

test("a link opens the same request, and carries no header", () => {
  const link = new URL(linkTo("http://127.0.0.1:4000/media/?x=1#y", request("Rate")));
  expect(link.pathname).toBe("/media/");
  expect(Object.fromEntries(link.searchParams)).toEqual({
    query: request("Rate").query,
    operationName: "Rate",
    variables: JSON.stringify(request("Rate").variables),
  });
});
