import { distance } from "fastest-levenshtein";

/** Variables that tests, scripts and compose.yaml of ours read, and no gateway; and secrets, whose names are anybody's. */
const OTHERS = /^MARQUEE_(TEST_|ENGINES_|SECRET_[A-Z]|PASSWORD$)/;
/** What a name of ours begins with, however it goes on. */
const OURS = /^MARQUEE_/;
/** Names that other programs come close to as well: `LOGLEVEL`, `POST`. */
const COMMON = new Set(["PORT", "HOST", "LOG_LEVEL"]);
/** Changes of a letter by which a name may differ to be taken for a slip. */
const SLIP = 2;

/** A variable that is set and that nothing reads, with the one that was probably meant. */
export interface UnknownName {
  name: string;
  nearest: string;
}

/**
 * Names that look like ours and are not: all that begin with `MARQUEE_`, and others that are a slip away from one of
 * ours which is not set.
 *
 * @param known every variable that is read.
 * @param present the names of those that are set.
 */
export function unknownNames(known: readonly string[], present: readonly string[]): UnknownName[] {
  const strange = present.filter((name) => !known.includes(name) && !OTHERS.test(name));
  return strange.flatMap((name) => {
    if (OURS.test(name)) return [{ name, nearest: closest(known, name) }];
    const near = known.filter((each) => Math.abs(each.length - name.length) <= SLIP);
    const nearest = near.length > 0 ? closest(near, name) : undefined;
    return nearest !== undefined && isSlip(name, nearest, present) ? [{ name, nearest }] : [];
  });
}

function isSlip(name: string, nearest: string, present: readonly string[]): boolean {
  return !COMMON.has(nearest) && !present.includes(nearest) && distance(name, nearest) <= SLIP;
}

function closest(known: readonly string[], name: string): string {
  return known.reduce((best, each) => (distance(each, name) < distance(best, name) ? each : best));
}
