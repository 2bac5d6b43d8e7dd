import { type IncomingHttpHeaders } from "node:http";

import { type KeyReader } from "../auth/key-reader.js";
import { KEY_PREFIX } from "../../resolvers/request/api-key.js";
import { clientError } from "../../resolvers/request/errors.js";
import { type Identity, type KeyGrant, type Tokens } from "../../resolvers/request/identity.js";

/** Carries an API key where `authorization` is somebody else's. */
export const KEY_HEADER = "x-api-key";

/** Who a request speaks for: a person, a machine, or nobody. */
export interface Asking {
  identity: Identity | null;
  key: KeyGrant | null;
}

/**
 * Reads who asks, from `authorization` or `x-api-key`.
 *
 * @throws UNAUTHENTICATED where what is sent is not good, or says two things.
 */
export async function whoAsks(
  { tokens, keys }: { tokens: Pick<Tokens, "verify">; keys: Pick<KeyReader, "read"> },
  headers: IncomingHttpHeaders,
): Promise<Asking> {
  const token = bearerOf(headers.authorization);
  const shown = headers[KEY_HEADER];
  if (shown !== undefined && token !== null)
    throw unauthenticated(`${KEY_HEADER} and authorization say two things. Accepted: one of them.`);
  const key = shown === undefined ? token : String(shown);
  if (key === null) return { identity: null, key: null };
  if (shown === undefined && !key.startsWith(KEY_PREFIX))
    return { identity: await tokens.verify(key), key: null };
  return { identity: null, key: await keys.read(key) };
}

function bearerOf(authorization: string | undefined): string | null {
  if (!authorization) return null;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token) return token;
  throw unauthenticated("authorization: not a bearer token. Accepted: Bearer and a token from signIn.");
}

function unauthenticated(message: string) {
  return clientError("UNAUTHENTICATED", message, {
    field: "authorization",
    accepted: "Bearer and a token from signIn",
  });
}
