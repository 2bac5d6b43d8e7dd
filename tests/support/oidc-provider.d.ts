/** What the tests use of the real OpenID provider, which has no types of its own. */
declare module "oidc-provider" {
  import { type IncomingMessage, type ServerResponse } from "node:http";

  interface TokenContext {
    body: unknown;
    oidc: { client: object; params: Record<string, string> };
  }

  export default class Provider {
    constructor(issuer: string, configuration: object);
    readonly AccessToken: new (fields: object) => { save(): Promise<string>; resourceServer: object };
    readonly ResourceServer: new (identifier: string, info: object) => object;
    registerGrantType(
      name: string,
      handler: (ctx: TokenContext) => Promise<void>,
      parameters: string[],
    ): void;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}
