import { InMemoryLRUCache, PrefixingKeyValueCache, type KeyValueCache } from "@apollo/utils.keyvaluecache";

import { isTelling } from "./documents.js";
import { type TrustedDocuments } from "./trusted-documents.js";

/** What the texts of persisted queries may take. */
const PERSISTED_BYTES = 8_000_000;

/**
 * Texts by their hashes, as automatic persisted queries ask for them: of the documents that the deployment lists, and of
 * those that clients have sent before.
 */
export class PersistedTexts implements KeyValueCache<string> {
  readonly #sent = new InMemoryLRUCache<string>({ maxSize: PERSISTED_BYTES });

  constructor(private readonly trusted: TrustedDocuments) {}

  /** These as Apollo Server asks for them: it would put a prefix of its own before every hash. */
  forApollo(): KeyValueCache<string> {
    return PrefixingKeyValueCache.cacheDangerouslyDoesNotNeedPrefixesForIsolation(this);
  }

  async get(hash: string): Promise<string | undefined> {
    return this.trusted.get(hash) ?? (await this.#sent.get(hash));
  }

  /** What may tell of somebody is not kept: its client sends it whole each time. */
  async set(hash: string, text: string): Promise<void> {
    if (!isTelling(text)) await this.#sent.set(hash, text);
  }

  delete(hash: string): Promise<boolean | void> {
    return this.#sent.delete(hash);
  }
}
