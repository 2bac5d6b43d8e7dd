import { createHash } from "node:crypto";

import { type AuditLine, type AuditVerdict } from "./audit.js";

/**
 * Follows a log from its beginning: each entry has to be the one behind the last, and its hash that of the hash before and
 * of what it says. What was taken off the end shows only in `head`, compared with one that was noted elsewhere.
 *
 * @param onEntry told of the hash of each entry that follows.
 * @param lines the log as `Audit.lines` answers it, or as it was exported.
 */
export async function verifyAudit(
  lines: AsyncIterable<readonly AuditLine[]>,
  onEntry: (hash: string) => void = () => {},
): Promise<AuditVerdict> {
  let entries = 0;
  let head: string | null = null;
  for await (const batch of lines) {
    for (const { entry, hash } of batch) {
      const [, position] = JSON.parse(entry) as [number, number];
      if (position !== entries + 1 || hash !== hashOf(head, entry))
        return { entries, head, brokenAt: entries + 1 };
      entries += 1;
      head = hash;
      onEntry(hash);
    }
  }
  return { entries, head, brokenAt: null };
}

function hashOf(before: string | null, entry: string): string {
  return createHash("sha256")
    .update(Buffer.from(before ?? "", "hex"))
    .update(entry, "utf8")
    .digest("hex");
}
