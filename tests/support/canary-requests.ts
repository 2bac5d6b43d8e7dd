import { type Ask } from "./gateway.js";

/* Requests that are refused, with a value that must not be repeated wherever one may stand. */

const SIGN_IN =
  "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { code message } } }";
const READ = `query ($v: Int, $w: MaturityRating, $x: DateTime, $y: TitleOrder, $z: ID!) {
  titles(first: $v, filter: { maturityAtMost: $w }, orderBy: $y) { totalCount } title(id: $z, asOf: $x) { id }
}`;

/** Documents and variables. @param pin digits, which are a number where they are not quoted. */
export function spoiltDocuments(value: string, pin: string): [query: string, options?: Ask][] {
  const literals: [string, Ask?][] = [
    [`{ titles(first: "${value}") { totalCount } }`],
    [`{ titles(first: ${value}) { totalCount } }`],
    [`{ titles(orderBy: { field: ${value} }) { totalCount } }`],
    [`{ titles(orderBy: { field: "${value}" }) { totalCount } }`],
    [`{ titles(filter: "${value}") { totalCount } }`],
    [`{ titles(filter: { releaseYear: { from: "${value}" } }) { totalCount } }`],
    [`{ titles(after: "${value}") { totalCount } }`],
    [`{ top10(date: "${value}", country: "${value}") { rank } }`],
    [`{ title(id: "${value}") { id } }`],
    [`{ title(id: { a: "${value}" }) { id } }`],
    [`{ title(id: "Title:shown", asOf: "${value}") { id } }`],
    [`{ node(id: "${value}") { id } nodes(ids: ["${value}"]) { id } }`],
    [`{ title(id: "Title:shown") { id @include(if: "${value}") } }`],
    [`mutation { signIn(input: { email: 1, password: ${value} }) { accessToken } }`],
    [`mutation { signIn(input: { email: "a", password: ["${value}"] }) { accessToken } }`],
    [`mutation { signIn(input: "${value}") { accessToken } }`],
    [`mutation { selectProfile(input: { profile: "p", pin: ${pin} }) { accessToken } }`],
    [`mutation { putTitle(input: { externalId: "x", kind: "${value}" }) { version } }`],
    [`{ titles(filter: { tags: ["${value}`],
    [`{ title(id: "Title:shown") "${value}" }`],
    [`{ title(id: "Title:shown") { id } } ${value}`],
    [`{ titles { totalCount } } """${value}"""`],
    ["query A { __typename } query B { __typename }", { operationName: value }],
    [`query ($n: Int = "${value}") { titles(first: $n) { totalCount } }`],
  ];
  const values = [value, [value], { email: value, password: { a: value } }, { [`${value} "`]: value }];
  return [
    ...literals,
    ...values.map((sent): [string, Ask] => [SIGN_IN, { variables: { input: sent } }]),
    ...values.map((sent): [string, Ask] => [
      READ,
      { variables: { v: sent, w: sent, x: sent, y: { field: sent }, z: sent } },
    ]),
  ];
}

/** Bodies that are no request. */
export function spoiltBodies(value: string): string[] {
  return [
    `{"query": "${value}`,
    `["${value}"]`,
    `[{"query":"{ ${value} }"}]`,
    `"${value}"`,
    `{"query":{"a":"${value}"}}`,
    `{"query":"{ __typename }","variables":"${value}"}`,
    `{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"${value}"}}}`,
  ];
}

/** Paths and queries that lead nowhere. */
export function spoiltRoutes(value: string): string[] {
  const queries = [
    `query=${value}`,
    `query={__typename}&variables=${value}`,
    `query={__typename}&variables={"a":"${value}"&extensions=${value}`,
    `documentId=${value}`,
  ];
  return [
    ...queries.map((query) => `/graphql?${encodeURI(query)}`),
    `/${value}`,
    `/graphql/${value}?token=${value}`,
    `/exports/${value}`,
    `/%${value}`,
  ];
}

/** Headers, by those that somebody reads. */
export function spoiltHeaders(value: string): [name: string, value: string][] {
  return [
    ["authorization", `Bearer ${value}`],
    ["authorization", `Basic ${value}`],
    ["x-api-key", value],
    ["x-api-key", `mq_shop_${value}`],
    ["cookie", `session=${value}`],
    ["x-marquee-tenant", value],
    ["x-marquee-consistency", value],
    ["x-marquee-deadline-ms", value],
    ["x-marquee-explain", value],
    ["content-type", `application/json; charset=${value}`],
    ["content-type", value],
    ["content-encoding", value],
    ["accept", value],
    ["expect", value],
    ["host", `${value}.example:${value}`],
    ["x-request-id", value],
  ];
}
