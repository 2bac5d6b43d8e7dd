/*
 * What is sent in the place of an argument. Texts of each kind are made of a few openings and a few contents, so that a
 * kind is a line and not a page.
 */

/** Each opening with each content. */
export const pairs = (openings: readonly string[], contents: readonly string[]) =>
  openings.flatMap((opening) => contents.map((content) => opening + content));

const SQL = [
  ...pairs(
    ["'", '"', "1", "%'", "')", "$$", "x' ", "\\'"],
    [
      "",
      " OR 1=1 --",
      "; DROP TABLE title_versions; --",
      " UNION SELECT null, version() --",
      " AND pg_sleep(1) --",
      "||(select current_setting('marquee.tenant'))||'",
      "/**/or/**/1=1#",
    ],
  ),
  "$1",
  "$$tag$$",
  "E'\\x00'",
  "::int",
  "{a,b}",
  "{1,NULL}",
  "(1,2)",
  "[1,5)",
  "infinity",
  "-infinity",
  "epoch",
  "now()",
  "set_config('marquee.tenant','1',false)",
];

const CYPHER = [
  ...pairs(
    ["'", '"', "`", "})", "\\u0027"],
    [
      " OR 1=1 //",
      " RETURN 1 //",
      " DETACH DELETE n //",
      " CALL db.labels() YIELD label RETURN label //",
      " LOAD CSV FROM 'file:///etc/passwd' AS l RETURN l //",
      "}) MATCH (n) SET n.x = 1 WITH n //",
      " UNWIND range(1, 1000000) AS x RETURN x //",
    ],
  ),
  "$tenant",
  "{.*}",
  "(n:Title)-[r]->()",
  "apoc.util.sleep(1000)",
];

const MONGODB_TEXTS = [
  ...pairs(
    ["$", '{"$', "a.$", "a[$"],
    ["where", "gt", "ne", "regex", "function", "expr", "lookup", "merge", "out", "set", "unset", "in"],
  ),
  "a.b.c",
  "a..b",
  ".a",
  "_id",
  "__proto__",
  "constructor",
  "this.constructor.constructor('return process')()",
  "'; return true; var x='",
  "/.*/i",
  "(a+)+$",
  'ObjectId("507f1f77bcf86cd799439011")',
  "507f1f77bcf86cd799439011",
];

const LUCENE = [
  ...pairs(
    ["", "name:", "a ", "\\"],
    [
      "*",
      "?",
      "~",
      "^",
      "~2 ^99",
      "[a TO z]",
      "{* TO *}",
      "(",
      ")",
      '"',
      "/[a-z/",
      "AND OR NOT",
      "&& || !",
      "+-=><",
      "_exists_:id",
      "(((((((((((",
      "<1-9>",
      "@&~#",
    ],
  ),
  '" OR _id:*',
  '{"match_all":{}}',
  "\u0001",
  "a\u0001b\u0001c",
  "*".repeat(500),
  "?".repeat(500),
  "(".repeat(500),
  "a* ".repeat(60),
];

const WILDCARDS = [
  "%",
  "_",
  "%%",
  "\\%",
  "a%b_c",
  "*",
  "**",
  "?",
  "[!a]",
  "{a,b}",
  "~/.ssh",
  "^$",
  ".+",
  "\\",
  "\\\\",
  "#",
  "@",
];

/** Texts that mean something to a store's language. */
export const INJECTIONS: readonly string[] = [...SQL, ...CYPHER, ...MONGODB_TEXTS, ...LUCENE, ...WILDCARDS];
