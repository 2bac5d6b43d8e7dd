import { z } from "zod";

import { flag, wholeNumber, whom, type Whom } from "../config-values.js";

/** What is configured of documents. */
export interface DocumentSettings {
  documents: {
    /** The manifest of those that are never refused for what they cost; null: none. */
    trustedFile: string | null;
    /** Whether these alone are run, for everybody but operators. */
    trustedOnly: boolean;
    /** For how long a gateway that starts asks itself for those that are used the most, before it is ready; 0: not at all. */
    primingMs: number;
  };
  /** Who is told of the schema: by introspection, and by what errors say. */
  introspection: Whom;
}

/** Until most of what a request walks through is compiled, on one processor. Milliseconds. */
const PRIMING_MS = 500;

const AS_FLAG = flag.transform((told): Whom => (told ? "all" : "off"));

/** The variables that are about documents, for the schema of the environment. */
export const DOCUMENT_VARIABLES = {
  MARQUEE_INTROSPECTION: z
    .union([whom, AS_FLAG], { error: `is none of ${whom.options.join(", ")}, true, false` })
    .default("all"),
  MARQUEE_TRUSTED_DOCUMENTS: z.string().min(1).optional(),
  MARQUEE_TRUSTED_ONLY: flag.default(false),
  MARQUEE_PRIMING_MS: wholeNumber(0, 10_000).default(PRIMING_MS),
};

type Values = z.infer<z.ZodObject<typeof DOCUMENT_VARIABLES>>;

export function documentsOf(value: Values): DocumentSettings {
  const { MARQUEE_TRUSTED_DOCUMENTS: file, MARQUEE_TRUSTED_ONLY: trustedOnly } = value;
  return {
    documents: { trustedFile: file ?? null, trustedOnly, primingMs: value.MARQUEE_PRIMING_MS },
    introspection: value.MARQUEE_INTROSPECTION,
  };
}

/** Whether only documents of a list are to run, and there is no list. */
export function lacksDocuments({
  MARQUEE_TRUSTED_DOCUMENTS: file,
  MARQUEE_TRUSTED_ONLY: only,
}: Values): boolean {
  return only && file === undefined;
}
