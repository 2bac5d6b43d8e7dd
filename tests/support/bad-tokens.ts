import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";

import { signed } from "../../scripts/abuse/malformed/sent-request.js";
import { makeTokenKey, type TokenKey } from "../../src/auth/token-key.js";

/** What a good token says. */
export type Claims = Readonly<Record<string, unknown>>;

const now = () => Math.floor(Date.now() / 1000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const LONG = "x".repeat(300);

/** Values that no name is, of a tenant, an account, a profile or a session. */
const NO_NAMES = {
  empty: "",
  "a number": 7,
  "a list": ["meridian"],
  "an object": {},
  true: true,
  "with NUL": "a\0b",
  "half a character": "\ud800",
  long: LONG,
};
/** Values that no instant is. */
const NO_INSTANTS = {
  null: null,
  "a text": "4102444800",
  "a list": [4_102_444_800],
  "an object": {},
  "a fraction": 4_102_444_800.5,
  negative: -1,
  "beyond numbers": 1e300,
  true: true,
};

/** By claim, values that it may not have; undefined: not there. */
const WRONG: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  iss: {
    missing: undefined,
    null: null,
    "somebody else": "somebody",
    "in capitals": "MARQUEE",
    "a list": ["marquee"],
    "a number": 1,
  },
  // What is not later than now has expired, and says so.
  exp: { missing: undefined, ...NO_INSTANTS, negative: [-1] },
  iat: { missing: undefined, ...NO_INSTANTS, "to come": now() + 86_400 },
  nbf: { "to come": now() + 86_400, "a text": "soon", "an object": {} },
  ten: { missing: undefined, null: null, ...NO_NAMES },
  pro: { missing: undefined, null: null, ...NO_NAMES },
  acc: NO_NAMES,
  sid: NO_NAMES,
  rol: {
    "a text": "EDITOR",
    "an empty text": "",
    "a number": 1,
    true: true,
    "an object": {},
    "like a list": { 0: "OPERATOR", length: 1 },
    unknown: ["ROOT"],
    "in small letters": ["editor"],
    "of numbers": [5],
    "of null": [null],
    "of lists": [["EDITOR"]],
    many: Array(50).fill("VIEWER"),
  },
  opr: { "a text": "true", "a number": 1, null: null, "an object": {} },
  cty: { "no code": "USA", "small letters": "us", "a number": 1, "with NUL": "\0\0", "a list": ["US"] },
  mat: { "a text": "18", negative: -1, "too old": 99, "a fraction": 1.5, null: null, "a list": [18] },
  psn: { "a text": "false", "a number": 0, null: null },
};

/** Headers that none of ours has. */
function wrongHeaders(key: TokenKey, stranger: TokenKey): Readonly<Record<string, object>> {
  const named = (name: string, values: readonly unknown[]) =>
    values.map((value) => [`${name} ${JSON.stringify(value) ?? "missing"}`, { [name]: value }] as const);
  return Object.fromEntries([
    ...named("alg", [
      undefined,
      null,
      "",
      5,
      ["EdDSA"],
      "none",
      "None",
      "eddsa",
      "Ed25519",
      "Ed448",
      "HS256",
      "RS256",
      "PS256",
      "ES256",
    ]),
    ...named("typ", [undefined, "JWT", "dpop+jwt", "", 5]),
    ...named("kid", [
      undefined,
      null,
      "",
      5,
      [key.kid],
      "__proto__",
      "constructor",
      "../../etc/passwd",
      "' or 1=1 --",
      `${key.kid}\0`,
      LONG,
    ]),
    ["crit", { crit: ["exp"] }],
    ["b64", { crit: ["b64"], b64: false }],
    ["jwk of a stranger", { kid: undefined, jwk: stranger.publicKey }],
    ["jku of a stranger", { kid: stranger.kid, jku: "http://127.0.0.1:9/jwks.json" }],
  ]);
}

/** By what is wrong with them: tokens that may not be taken for one of ours. */
export async function badTokens(claims: Claims, key: TokenKey, secret: string): Promise<Map<string, string>> {
  const stranger = await makeTokenKey();
  const good = signed(claims, key);
  const [header = "", payload = "", signature = ""] = good.split(".");
  const bad = new Map<string, string>(Object.entries(texts(header, payload, signature)));
  for (const [claim, values] of Object.entries(WRONG))
    for (const [what, value] of Object.entries(values))
      bad.set(`${claim}: ${what}`, signed({ ...claims, [claim]: value }, key));
  for (const [what, wrong] of Object.entries(wrongHeaders(key, stranger)))
    bad.set(`header: ${what}`, signed(claims, key, wrong));
  bad.set("a stranger's key", signed(claims, stranger));
  bad.set("a stranger's key under our kid", signed(claims, { ...stranger, kid: key.kid }));
  bad.set("a stranger's key in the header", signed(claims, stranger, { jwk: stranger.publicKey }));
  for (const [what, bytes] of Object.entries(hmacKeys(key, secret)))
    for (const hash of ["256", "384", "512"]) bad.set(`HS${hash} by ${what}`, hmac(claims, key, hash, bytes));
  return bad;
}

function texts(header: string, payload: string, signature: string) {
  const flipped = (at: number) => {
    const bytes = Buffer.from(signature, "base64url");
    bytes[at]! ^= 1;
    return bytes.toString("base64url");
  };
  const none = part({ alg: "none", typ: "at+jwt" });
  return {
    "a word": "abc",
    dots: "..",
    "two parts": `${header}.${payload}`,
    "four parts": `${header}.${payload}.${signature}.${signature}`,
    "five parts": `${header}..${payload}.${signature}.${signature}`,
    unsigned: `${none}.${payload}.`,
    "unsigned, with a signature": `${none}.${payload}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "a short signature": `${header}.${payload}.${signature.slice(0, -4)}`,
    "a long signature": `${header}.${payload}.${signature}AAAA`,
    "a signature of zeros": `${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`,
    "a flipped bit at the start": `${header}.${payload}.${flipped(0)}`,
    "a flipped bit at the end": `${header}.${payload}.${flipped(63)}`,
    "another payload": `${header}.${part({ ten: "lumen" })}.${signature}`,
    "a payload that is no object": `${header}.${part([1])}.${signature}`,
    "a payload that is no JSON": `${header}.${Buffer.from("{").toString("base64url")}.${signature}`,
    "a header that is no JSON": `${Buffer.from("{").toString("base64url")}.${payload}.${signature}`,
    "a header that is null": `${part(null)}.${payload}.${signature}`,
    "not base64url": `${header}.${payload}.${signature}=`,
    "a payload too many": `${header}.${payload}${payload}.${signature}`,
    "very long": `${header}.${part({ ten: "x".repeat(5_000) })}.${signature}`,
  };
}

/** What somebody may have taken for the secret of an HMAC: the public key in its forms, and the secret that all else follows from. */
function hmacKeys({ publicKey, privateKey }: TokenKey, secret: string): Readonly<Record<string, Buffer>> {
  const other = createPublicKey(privateKey);
  return {
    "the public key's text": Buffer.from(publicKey.x),
    "the public key's bytes": Buffer.from(publicKey.x, "base64url"),
    "the public key in PEM": Buffer.from(other.export({ type: "spki", format: "pem" })),
    "the secret": Buffer.from(secret),
    nothing: Buffer.alloc(0),
    "another key": Buffer.from(
      generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" }),
    ),
  };
}

function hmac(claims: Claims, { kid }: TokenKey, hash: string, key: Buffer): string {
  const text = `${part({ alg: `HS${hash}`, typ: "at+jwt", kid })}.${part({ iss: "marquee", iat: now(), exp: now() + 300, ...claims })}`;
  return `${text}.${createHmac(`sha${hash}`, key).update(text).digest("base64url")}`;
}
