import { type Sealing } from "../../packages/envelope/index.js";

/** Texts that are remembered with a key. */
const TEXTS = 64;

/** A key that is open, with what it has opened: who asks is named in every request. */
export class OpenKey {
  readonly #texts = new Map<string, string>();

  constructor(readonly sealing: Sealing) {}

  /** @param sealed in hexadecimal. @throws SealBrokenError */
  text(sealed: string, context: string): string {
    const known = this.#texts.get(context + sealed);
    if (known !== undefined) return known;
    const text = this.sealing.open(Buffer.from(sealed, "hex"), context).toString("utf8");
    if (this.#texts.size >= TEXTS) this.#texts.clear();
    this.#texts.set(context + sealed, text);
    return text;
  }
}

/**
 * Seals and opens what identifies somebody. What is sealed is bound to the tenant, to its owner and to what it is, so that
 * it opens nowhere else; the same is sealed the same, so that stores see whether it changes.
 */
export class PersonSeal {
  constructor(
    private readonly key: OpenKey,
    private readonly tenant: number,
    private readonly owner: string,
  ) {}

  seal(what: Sealed, content: string | Buffer): Buffer {
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    return this.key.sealing.seal(bytes, this.#context(what));
  }

  /** @throws SealBrokenError */
  open(what: Sealed, sealed: Buffer): Buffer {
    return this.key.sealing.open(sealed, this.#context(what));
  }

  /** A text, from bytes or from what PostgreSQL writes them as within JSON: `\x` and hexadecimal. @throws SealBrokenError */
  text(what: Sealed, sealed: Buffer | string): string {
    const hex = typeof sealed === "string" ? sealed.slice(2) : sealed.toString("hex");
    return this.key.text(hex, this.#context(what));
  }

  #context(what: Sealed): string {
    return JSON.stringify([this.tenant, this.owner, what]);
  }
}

/** What is sealed of somebody: an address, wherever it stands; the name of a profile; a part of an export; whom an erasure is of. */
export type Sealed = "address" | "subject" | `name ${string}` | `part ${string}`;

/** How columns end that hold bytes which are sealed. */
export const SEALED_SUFFIX = /_sealed$/;

/** What those hold that rows about people have, in whichever table. */
export const SEALED_COLUMNS: Readonly<Record<string, (row: Readonly<Record<string, unknown>>) => Sealed>> = {
  email_sealed: () => "address",
  name_sealed: ({ id }) => `name ${String(id)}`,
};
