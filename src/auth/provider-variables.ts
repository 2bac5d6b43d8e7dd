import { z } from "zod";

import { ROLES, type Role } from "../../datasources/core/vocabulary.js";
import { list } from "../config-values.js";

/** An identity provider whose tokens are taken for access tokens. */
export interface ProviderSettings {
  /** As its tokens name it, to the letter. */
  issuer: string;
  /** Whom its tokens have to be for. */
  audience: string;
  /** Where its keys are; null: where its discovery document says. */
  jwksUrl: string | null;
  /** The tenant that its accounts are of; null: a claim says it. */
  tenant: string | null;
  /** In which claims it says what, those within others with dots between: `realm_access.roles`. */
  claims: { tenant: string; account: string; email: string; roles: string };
  /** The roles here that follow from those there; what is not named gives none. */
  roles: ReadonlyMap<string, Role>;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const url = z
  .string()
  .refine((text) => isSafeUrl(text), { error: "is no https:// URL, nor an http:// one of this machine" });
const claim = z.string().regex(/^[^\s.]+(\.[^\s.]+)*$/, "is no name of a claim");
const ROLE = new RegExp(`^[^=,]+=(${ROLES.join("|")})$`);

/** The variables that are about an identity provider, for the schema of the environment. */
export const PROVIDER_VARIABLES = {
  MARQUEE_IDP_ISSUER: url.optional(),
  MARQUEE_IDP_AUDIENCE: z.string().min(1).optional(),
  MARQUEE_IDP_JWKS_URL: url.optional(),
  MARQUEE_IDP_TENANT: z.string().min(1).optional(),
  MARQUEE_IDP_TENANT_CLAIM: claim.default("tenant"),
  MARQUEE_IDP_ACCOUNT_CLAIM: claim.default("sub"),
  MARQUEE_IDP_EMAIL_CLAIM: claim.default("email"),
  MARQUEE_IDP_ROLES_CLAIM: claim.default("roles"),
  MARQUEE_IDP_ROLES: z
    .string()
    .transform(list)
    .refine((pairs) => pairs.every((pair) => ROLE.test(pair)), {
      error: `is no list of pairs such as editors=EDITOR, with commas between; accepted roles: ${ROLES.join(", ")}`,
    })
    .optional(),
};

type Values = z.infer<z.ZodObject<typeof PROVIDER_VARIABLES>>;

/** What is configured of an identity provider; null where there is none. */
export function providerOf(value: Values): ProviderSettings | null {
  const { MARQUEE_IDP_ISSUER: issuer, MARQUEE_IDP_AUDIENCE: audience } = value;
  if (issuer === undefined || audience === undefined) return null;
  const pairs = (value.MARQUEE_IDP_ROLES ?? []).map((pair) => pair.split("=") as [string, Role]);
  return {
    issuer,
    audience,
    jwksUrl: value.MARQUEE_IDP_JWKS_URL ?? null,
    tenant: value.MARQUEE_IDP_TENANT ?? null,
    claims: {
      tenant: value.MARQUEE_IDP_TENANT_CLAIM,
      account: value.MARQUEE_IDP_ACCOUNT_CLAIM,
      email: value.MARQUEE_IDP_EMAIL_CLAIM,
      roles: value.MARQUEE_IDP_ROLES_CLAIM,
    },
    roles: new Map(pairs),
  };
}

/** Whether one of the two that belong together is missing. */
export function lacksAudience({
  MARQUEE_IDP_ISSUER: issuer,
  MARQUEE_IDP_AUDIENCE: audience,
}: Values): boolean {
  return (issuer === undefined) !== (audience === undefined);
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}
