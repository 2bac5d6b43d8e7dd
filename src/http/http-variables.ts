import { z } from "zod";

import { list, wholeNumber } from "../config-values.js";
import { readTenantDomain, type TenantDomain } from "../tenancy/tenant-domains.js";
import { type CertificateFiles } from "./certificate.js";
import { type ConnectionLimits } from "./connections.js";

const CONTACT = /^(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:[+\d-]+)$/;

function domainsOf(text: string): (TenantDomain | null)[] {
  return text === "none" ? [] : list(text).map(readTenantDomain);
}

/** The variables that say how HTTP is spoken, for the schema of the environment. */
export const HTTP_VARIABLES = {
  MARQUEE_TENANT_DOMAINS: z
    .string()
    .refine((text) => domainsOf(text).every((domain) => domain !== null), {
      error:
        "is neither none nor a list of domains such as watch.example or lumen.tv=lumen, with commas between",
      abort: true,
    })
    .transform((text) => domainsOf(text).filter((domain) => domain !== null))
    .optional(),
  MARQUEE_TLS_CERT_FILE: z.string().min(1).optional(),
  MARQUEE_TLS_KEY_FILE: z.string().min(1).optional(),
  MARQUEE_SECURITY_CONTACT: z
    .string()
    .transform(list)
    .refine((contacts) => contacts.every((contact) => CONTACT.test(contact)), {
      error: "is not a list of mailto:, https: or tel: addresses, with commas between",
    })
    .optional(),
  MARQUEE_RECEIVE_SECONDS: wholeNumber(1, 300).default(15),
  MARQUEE_SEND_SECONDS: wholeNumber(1, 300).default(15),
  MARQUEE_IDLE_SECONDS: wholeNumber(1, 3_600).default(72),
  MARQUEE_MAX_HEADER_BYTES: wholeNumber(1_024, 65_536).default(16_384),
  MARQUEE_MAX_CONNECTIONS: wholeNumber(1, 1_000_000).default(10_000),
  MARQUEE_MAX_CONNECTIONS_OF_ADDRESS: wholeNumber(1, 1_000_000).default(1_000),
  MARQUEE_MAX_REQUESTS_OF_CONNECTION: wholeNumber(1, 1_000_000_000).default(10_000),
};

type Values = z.infer<z.ZodObject<typeof HTTP_VARIABLES>>;

/** What a connection may be. */
export function connectionLimitsOf(value: Values): ConnectionLimits {
  return {
    receiveSeconds: value.MARQUEE_RECEIVE_SECONDS,
    sendSeconds: value.MARQUEE_SEND_SECONDS,
    idleSeconds: value.MARQUEE_IDLE_SECONDS,
    headerBytes: value.MARQUEE_MAX_HEADER_BYTES,
    connections: value.MARQUEE_MAX_CONNECTIONS,
    ofAddress: value.MARQUEE_MAX_CONNECTIONS_OF_ADDRESS,
    requests: value.MARQUEE_MAX_REQUESTS_OF_CONNECTION,
  };
}

/** The files of the listener's certificate; null where it speaks plain HTTP. */
export function certificateOf(value: Values): CertificateFiles | null {
  const { MARQUEE_TLS_CERT_FILE: cert, MARQUEE_TLS_KEY_FILE: key } = value;
  return cert !== undefined && key !== undefined ? { cert, key } : null;
}

/** Which of the two files of a certificate is not named while the other is; null: none. */
export function missingOfCertificate(value: Values): "MARQUEE_TLS_CERT_FILE" | "MARQUEE_TLS_KEY_FILE" | null {
  const { MARQUEE_TLS_CERT_FILE: cert, MARQUEE_TLS_KEY_FILE: key } = value;
  if ((cert === undefined) === (key === undefined)) return null;
  return cert === undefined ? "MARQUEE_TLS_CERT_FILE" : "MARQUEE_TLS_KEY_FILE";
}
