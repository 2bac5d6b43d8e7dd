import { readFile } from "node:fs/promises";

import { z } from "zod";

import { StartupError } from "../../packages/process/startup-error.js";

/** As `@apollo/generate-persisted-query-manifest` writes it. */
const apollo = z.object({
  format: z.literal("apollo-persisted-query-manifest"),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string().min(1) })),
});

/** As relay-compiler and the client preset of graphql-codegen write it. */
const byHash = z.record(z.string().min(1), z.string().min(1));

const ACCEPTED =
  "a manifest of @apollo/generate-persisted-query-manifest, or an object of documents by their hashes, as relay-compiler and graphql-codegen write it";

/** The documents that a deployment lists, by the ids that its clients know them by. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/**
 * Reads a manifest of trusted documents.
 *
 * @param file null where there is none.
 * @throws StartupError for a file that cannot be read, or is no manifest.
 */
export async function readTrustedDocuments(file: string | null): Promise<TrustedDocuments> {
  if (file === null) return new Map();
  const manifest = parsed(await contentOf(file));
  const ofApollo = apollo.safeParse(manifest);
  if (ofApollo.success) return new Map(ofApollo.data.operations.map(({ id, body }) => [id, body]));
  const ofOthers = byHash.safeParse(manifest);
  if (ofOthers.success) return new Map(Object.entries(ofOthers.data));
  throw new StartupError(`MARQUEE_TRUSTED_DOCUMENTS: "${file}" is no manifest. Accepted: ${ACCEPTED}.`);
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code = "it failed" } = error as NodeJS.ErrnoException;
    throw new StartupError(`MARQUEE_TRUSTED_DOCUMENTS: "${file}" cannot be read: ${code}.`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
