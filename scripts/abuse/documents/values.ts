import { asking, fill, nest, type Family } from "./family.js";

const FILTERED = "($f: TitleFilter) { titles(filter: $f, first: 1) { totalCount } }";

/** Text and values: large, deep, many, or odd. */
export const VALUES: readonly Family[] = [
  {
    name: "variables declared",
    make: (bytes, salt) => asking(`query S${salt}(${fill(bytes, (n) => `$v${n}: Int`)}) { __typename }`),
  },
  {
    name: "a long literal",
    make: (bytes, salt) =>
      asking(`query S${salt} { search(query: "${"x ".repeat(bytes / 2)}") { totalCount } }`),
  },
  {
    name: "a long number",
    make: (bytes, salt) => asking(`query S${salt} { titles(first: ${"9".repeat(bytes)}) { totalCount } }`),
  },
  {
    name: "a long number in the variables",
    make: (bytes, salt) =>
      `{"query":"query S${salt}($n: Int) { titles(first: $n) { totalCount } }","variables":{"n":${"9".repeat(bytes)}}}`,
  },
  {
    name: "Unicode",
    make: (bytes, salt) => {
      const odd = "\u{1f3ac}\u202e\u0301\u0301\ufdfa\ud800\u200d";
      return asking(`query S${salt}($q: String!) { search(query: $q) { totalCount } }`, {
        q: odd.repeat(Math.ceil(bytes / Buffer.byteLength(odd))),
      });
    },
  },
  {
    name: "comments and commas",
    make: (bytes, salt) =>
      asking(`query S${salt} { ${fill(bytes, () => ",,,\ufeff\t#,{{{\n", "")} __typename }`),
  },
  {
    name: "lists within lists",
    make: (bytes, salt) =>
      asking(`query S${salt} { titles(filter: { genres: ${nest(bytes, "[", "", "]")} }) { totalCount } }`),
  },
  {
    name: "lists within lists in the variables",
    make: (bytes, salt) =>
      `{"query":"query S${salt}${FILTERED}","variables":{"f":{"genres":${nest(bytes, "[", "", "]")}}}}`,
  },
  {
    name: "keys of an input object",
    make: (bytes, salt) =>
      `{"query":"query S${salt}${FILTERED}","variables":{"f":{${fill(bytes, (n) => `"k${n}":${n}`, ",")}}}}`,
  },
  {
    name: "ids",
    make: (bytes, salt) =>
      asking(`query S${salt}($ids: [ID!]!) { nodes(ids: $ids) { id } }`, {
        ids: Array.from({ length: Math.ceil(bytes / 14) }, (_, n) => `Title:f${n}`),
      }),
  },
  {
    name: "a batch of requests",
    make: (bytes, salt) =>
      `[${fill(bytes, (n) => asking(`query S${salt}_${n} { titles(first: 1) { totalCount } }`), ",")}]`,
  },
  {
    name: "brackets that are no JSON",
    make: (bytes) => "[".repeat(bytes),
  },
];
