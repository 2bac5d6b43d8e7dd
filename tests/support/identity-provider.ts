import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";

import { exportJWK, generateKeyPair, type JWK } from "jose";
import Provider from "oidc-provider";

/** Whom its tokens are for. */
export const AUDIENCE = "https://marquee.test";
const GRANT = "urn:test:person";

/** A real OpenID provider on a port of its own, whose people need no browser to sign in. */
export interface IdentityProvider {
  issuer: string;
  /** A token for a person, with claims beside the usual ones. */
  tokenFor(person: string, claims?: object, seconds?: number): Promise<string>;
  /** Signs with a new key from now on, whose predecessors it still shows, unless they are to be forgotten. */
  rotate(forget?: boolean): Promise<void>;
  /** It does not answer any more, until it is up again. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  let keys = [await newKey()];
  let provider: Provider | undefined;
  const serve = (): Server => createServer((request, response) => provider?.callback()(request, response));
  let server = serve();
  const port = await listen(server, 0);
  const issuer = `http://127.0.0.1:${port}`;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  provider = providerOf(issuer, keys);
  return {
    issuer,
    tokenFor: (person, claims = {}, seconds = 300) => ask(issuer, person, claims, seconds),
    rotate: async (forget = false) => {
      keys = [await newKey(), ...(forget ? [] : keys)];
      provider = providerOf(issuer, keys);
    },
    down: stop,
    up: async () => {
      server = serve();
      await listen(server, port);
    },
    close: async () => {
      if (server.listening) await stop();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" };
}

function providerOf(issuer: string, keys: readonly JWK[]): Provider {
  const provider = new Provider(issuer, {
    jwks: { keys },
    clients: [
      {
        client_id: "app",
        client_secret: "secret",
        grant_types: [GRANT],
        redirect_uris: [],
        response_types: [],
      },
    ],
    extraTokenClaims: (ctx: { oidc: { params: Record<string, string> } }) =>
      JSON.parse(ctx.oidc.params.claims_of ?? "{}") as object,
  });
  provider.registerGrantType(
    GRANT,
    async (ctx) => {
      const { client, params } = ctx.oidc;
      const info = {
        scope: "",
        audience: AUDIENCE,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      };
      const token = new provider.AccessToken({
        client,
        accountId: params.person,
        expiresIn: Number(params.seconds),
        resourceServer: new provider.ResourceServer(AUDIENCE, info),
      });
      ctx.body = { access_token: await token.save(), token_type: "Bearer" };
    },
    ["person", "claims_of", "seconds"],
  );
  return provider;
}

async function ask(issuer: string, person: string, claims: object, seconds: number): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from("app:secret").toString("base64")}` },
    body: new URLSearchParams({
      grant_type: GRANT,
      person,
      claims_of: JSON.stringify(claims),
      seconds: String(seconds),
    }),
  });
  const body = (await response.json()) as { access_token?: string };
  if (!body.access_token) throw new Error(`The provider gave no token: ${JSON.stringify(body)}`);
  return body.access_token;
}
