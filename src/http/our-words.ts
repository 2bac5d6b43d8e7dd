/** What libraries say of a request in words that name them, or headers that only their clients send, and what is said instead. */
const WORDS: readonly [pattern: RegExp, instead: string][] = [
  [
    /Cross-Site Request Forgery/,
    "This could have been sent by a page of another site, without anybody meaning it. Accepted: content-type application/json, or a header authorization or x-marquee-tenant.",
  ],
  [/apollo|graphql-js/i, "query: not a text. Accepted: a GraphQL document as a string."],
];

/** A message that names nothing of what this is built with. */
export function inOurWords(message: string): string {
  return WORDS.find(([pattern]) => pattern.test(message))?.[1] ?? message;
}
