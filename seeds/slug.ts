/** Letters that decomposition leaves whole. */
const WHOLE: Record<string, string> = { ł: "l", ø: "o", ß: "ss", æ: "ae", œ: "oe", ð: "d", þ: "th", ı: "i" };

/** A name as lower-case ASCII words joined by hyphens: `Łódź by Night` → `lodz-by-night`. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/['’]/g, "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[łøßæœðþı]/g, (letter) => WHOLE[letter] ?? letter)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
