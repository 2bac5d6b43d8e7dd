import { createHash } from "node:crypto";

import { type AuditAct } from "../core/audit-acts.js";
import { type AuditLine, type AuditVerdict } from "./audit.js";

/** What an entry says, as far as following it needs that. */
interface Said {
  tenant: number;
  position: number;
  /** Microseconds since 1970. */
  at: number;
  act: AuditAct;
  details: { position?: number; hash?: string };
}

/**
 * Follows a log from its beginning: each entry has to be the next of the same log, not of before the one before it, and its
 * hash that of the hash before and of what it says. Where its oldest part was cut off, an entry has to say so, with the hash that the first of the rest
 * follows. What was taken off the end shows only in `head`, compared with one that was noted elsewhere.
 *
 * @param onEntry told of the hash of each entry that follows, and of the last that was cut off.
 * @param lines the log as `Audit.lines` answers it, or as it was exported.
 */
export async function verifyAudit(
  lines: AsyncIterable<readonly AuditLine[]>,
  onEntry: (hash: string) => void = () => {},
): Promise<AuditVerdict> {
  const chain = new Chain(onEntry);
  for await (const batch of lines)
    for (const line of batch) if (!chain.follow(line)) return chain.brokenHere();
  return chain.verdict();
}

class Chain {
  #entries = 0;
  #head: string | null = null;
  #last: Said | undefined;
  /** The last position that is not there any more. */
  #cut = 0;
  /** The first entry behind a cut of which nothing has said yet what it follows. */
  #unproven: AuditLine | undefined;

  constructor(private readonly onEntry: (hash: string) => void) {}

  /** Whether an entry is the next one. */
  follow(line: AuditLine): boolean {
    const said = saidBy(line);
    if (this.#entries === 0 && said.position > 1) {
      this.#cut = said.position - 1;
      this.#unproven = line;
    } else if (!this.#isNext(said) || line.hash !== hashOf(this.#head, line.entry)) return false;
    this.#entries += 1;
    this.#head = line.hash;
    this.#last = said;
    this.onEntry(line.hash);
    this.#prove(said);
    return true;
  }

  /** The database numbers and dates entries one by one, so that neither ever goes back. */
  #isNext({ tenant, position, at }: Said): boolean {
    if (position !== this.#cut + this.#entries + 1) return false;
    return !this.#last || (tenant === this.#last.tenant && at >= this.#last.at);
  }

  #prove({ act, details }: Said): void {
    const { position, hash = "" } = details;
    if (!this.#unproven || act !== "AUDIT_CUT" || position !== this.#cut) return;
    if (this.#unproven.hash !== hashOf(hash, this.#unproven.entry)) return;
    this.#unproven = undefined;
    this.onEntry(hash);
  }

  brokenHere(): AuditVerdict {
    return this.#verdict(this.#cut + this.#entries + 1);
  }

  verdict(): AuditVerdict {
    return this.#verdict(this.#unproven ? this.#cut : null);
  }

  #verdict(brokenAt: number | null): AuditVerdict {
    return { entries: this.#entries, cutAt: this.#cut || null, head: this.#head, brokenAt };
  }
}

function saidBy({ entry }: AuditLine): Said {
  const [tenant, position, at, act, , , , details] = JSON.parse(entry) as [
    number,
    number,
    number,
    AuditAct,
    string,
    string,
    string,
    Said["details"],
  ];
  return { tenant, position, at, act, details };
}

function hashOf(before: string | null, entry: string): string {
  return createHash("sha256")
    .update(Buffer.from(before ?? "", "hex"))
    .update(entry, "utf8")
    .digest("hex");
}
