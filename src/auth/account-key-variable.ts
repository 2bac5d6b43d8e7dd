import { z } from "zod";

/** `MARQUEE_ACCOUNT_KEY`: keys with commas or white space between them, the newest first. */
export const accountKeys = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((key) => key !== ""))
  .refine((keys) => keys.length > 0 && keys.every((key) => key.length >= 32), {
    error: "is no list of keys of 32 characters or more each, with commas between",
  });
