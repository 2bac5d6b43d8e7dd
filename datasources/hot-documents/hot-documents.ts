/** A document that clients send again and again. */
export interface HotDocument {
  /** SHA-256 of its text, as persisted queries name it. */
  hash: string;
  text: string;
  /** How often it was sent, of which what lies back counts the less the longer it does. */
  uses: number;
}

/** Which documents clients of a deployment send the most, so that a gateway that starts knows them. */
export interface HotDocuments {
  /**
   * Adds uses; of all documents those that are used the most stay. One round trip.
   *
   * @param used one a text.
   * @throws StoreUnavailableError when the store does not answer.
   */
  add(used: readonly HotDocument[]): Promise<void>;
  /** What is known, the most used first. */
  list(): Promise<HotDocument[]>;
}
