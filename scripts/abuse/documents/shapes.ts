import { asking, fill, nest, type Family } from "./family.js";

const similar = (count: number, inside: string) =>
  `similar(first: ${count}) { edges { node { ${inside} } } }`;

/** What a document asks for, many times over: most of it by a few words. */
export const SHAPES: readonly Family[] = [
  {
    name: "fragments that double",
    make: (bytes, salt) => {
      const doubling = (n: number) =>
        `fragment F${n} on Title { a: ${similar(1, `...F${n + 1}`)} b: ${similar(1, `...F${n + 1}`)} }`;
      let last = 0;
      const fragments = fill(bytes, (n) => doubling((last = n)));
      return asking(
        `query S${salt} { titles(first: 1) { edges { node { ...F0 } } } } ${fragments} fragment F${last + 1} on Title { id }`,
      );
    },
  },
  {
    name: "fragments in a circle",
    make: (bytes, salt) => {
      let last = 0;
      const ring = fill(bytes, (n) => `fragment F${(last = n)} on Query { ...F${n + 1} }`);
      return asking(`query S${salt} { ...F0 } ${ring} fragment F${last + 1} on Query { ...F0 }`);
    },
  },
  {
    name: "aliases",
    make: (bytes, salt) =>
      asking(`query S${salt} { ${fill(bytes, (n) => `a${n}: search(query: "a${n}") { totalCount }`)} }`),
  },
  {
    name: "deep selections",
    make: (bytes, salt) =>
      asking(
        `query S${salt} { titles(first: 1) { edges { node { ${nest(bytes, "similar(first:1){edges{node{", "id", "}}}")} } } } }`,
      ),
  },
  {
    name: "pages within pages",
    make: (bytes, salt) => {
      const pages = (n: number) =>
        `p${n}: titles(first: 100) { edges { node { ${similar(100, similar(100, "name"))} } } }`;
      return asking(`query S${salt} { ${fill(bytes, pages)} }`);
    },
  },
  {
    name: "directives",
    make: (bytes, salt) =>
      asking(
        `query S${salt} { __typename ${fill(bytes, (n) => (n % 2 ? "@include(if: true)" : `@d${n}`))} }`,
      ),
  },
  {
    name: "fields to be merged",
    make: (bytes, salt) =>
      asking(`query S${salt} { genres { ${fill(bytes, (n) => `n: name ... { n${n % 7}: id }`)} } }`),
  },
  {
    name: "fields that are not there",
    make: (bytes, salt) =>
      asking(`query S${salt} { ${fill(bytes, (n) => `titels${n} serch${n} genrse${n}`)} }`),
  },
  {
    name: "operations",
    make: (bytes, salt) =>
      asking(fill(bytes, (n) => `query S${salt}_${n} { titles(first: 1) { totalCount } }`)),
  },
  {
    name: "introspection",
    make: (bytes, salt) =>
      asking(
        `query S${salt} { ${fill(bytes, (n) => `i${n}: __schema { types { fields { type { fields { type { fields { type { name } } } } } } } }`)} }`,
      ),
  },
];
