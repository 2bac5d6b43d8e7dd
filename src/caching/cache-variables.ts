import { z } from "zod";

import { KeptTexts } from "../../packages/json-executor/index.js";
import { wholeNumber } from "../config-values.js";

const MODES = ["on", "shadow"] as const;
const MB = 1_000_000;
/** Of what is kept, the part that may be lists with all that is in them, and the part that may be texts in answers. */
const LISTS = 1 / 4;
const TEXTS = 1 / 4;

/** Variables about what a gateway keeps of stores' answers. */
export const CACHE_VARIABLES = {
  MARQUEE_CACHE_MB: wholeNumber(0, 65_536).default(32),
  MARQUEE_CACHE: z.enum(MODES, { error: `is none of ${MODES.join(", ")}` }).default("on"),
  REDIS_URL: z
    .string()
    .regex(
      /^rediss?:\/\/[^/?#]+(\/\d*)?$/,
      "is not a redis:// or rediss:// URL, with the number of a database at most",
    )
    .refine(
      (url) => URL.canParse(url),
      "is no URL: what is no letter or digit in a password has to be written as %40",
    )
    .optional(),
  REDIS_CA_FILE: z.string().min(1).optional(),
};

export interface CacheSettings {
  /** Of what stores have answered. */
  maxBytes: number;
  /** Of lists that were put together from it, with all that is in them. */
  listBytes: number;
  /** Of its texts in answers. */
  textBytes: number;
  /** Whether stores answer everything, and what is kept is only compared with that. */
  shadow: boolean;
  /** Where gateways keep answers for each other; null: nowhere. */
  redis: RedisAddress | null;
}

export interface RedisAddress {
  url: string;
  /** PEM file of the authority that signed the server's certificate. */
  caFile: string | undefined;
}

interface Value {
  MARQUEE_CACHE_MB: number;
  MARQUEE_CACHE: (typeof MODES)[number];
  REDIS_URL?: string | undefined;
  REDIS_CA_FILE?: string | undefined;
}

/** What is kept; null: nothing. */
export function cacheOf(value: Value): CacheSettings | null {
  const { MARQUEE_CACHE_MB: most, MARQUEE_CACHE: mode, REDIS_URL: url, REDIS_CA_FILE: caFile } = value;
  if (most === 0) return null;
  const [listBytes, textBytes] = [most * MB * LISTS, most * MB * TEXTS];
  const redis = url === undefined ? null : { url, caFile };
  return {
    maxBytes: most * MB - listBytes - textBytes,
    listBytes,
    textBytes,
    shadow: mode === "shadow",
    redis,
  };
}

/** Where texts are kept of what is kept itself; null where nothing is answered from there. */
export function keptTexts(settings: CacheSettings | null): KeptTexts | null {
  return settings && !settings.shadow ? new KeptTexts(settings.textBytes) : null;
}

/** Whether answers are to be kept for others where none are kept. */
export function keepsForOthersOnly({ MARQUEE_CACHE_MB: most, REDIS_URL: url }: Value): boolean {
  return most === 0 && url !== undefined;
}
