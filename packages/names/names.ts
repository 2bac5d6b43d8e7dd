/*
 * Names of titles, people, genres, studios and profiles: how they are kept, and when two are one.
 */

/** Scripts whose letters a joiner, or its opposite, makes look otherwise. */
const JOINING = [
  "Arabic",
  "Syriac",
  "Mongolian",
  "Nko",
  "Devanagari",
  "Bengali",
  "Gurmukhi",
  "Gujarati",
  "Oriya",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
  "Sinhala",
  "Khmer",
  "Myanmar",
].map((script) => `\\p{Script=${script}}`);

/**
 * Where a character that is not seen by itself changes what is: between joining letters, and inside of emoji (their
 * colour, families, flags of regions), as Unicode describes in UAX #31 (2.3) and UTS #51.
 */
const SEEN = [
  `(?<=[${JOINING.join("")}])[\\u200C\\u200D](?=[${JOINING.join("")}])`,
  "(?<=\\p{Extended_Pictographic})[\\uFE0E\\uFE0F]",
  "(?<=[0-9#*])\\uFE0F(?=\\u20E3)",
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})",
  "(?<=\\u{1F3F4}[\\u{E0061}-\\u{E007A}]*)[\\u{E0061}-\\u{E007F}]",
].join("|");

/** What is not seen: as Unicode lists it, and the marks of annotations. */
const IGNORABLE = "[\\p{Default_Ignorable_Code_Point}\\uFFF9-\\uFFFB]";
const UNSEEN = new RegExp(`(${SEEN})|${IGNORABLE}`, "gu");
const ALL_IGNORABLE = new RegExp(IGNORABLE, "gu");
/** The braille blank counts as no white space to Unicode, and looks like it. */
const BLANKS = /[\s\u2800]+/gu;

/** A name as it is kept and shown: Unicode NFC, without what nobody sees, one space for each white space, none around. */
export function tidyName(name: string): string {
  return name.normalize("NFC").replace(UNSEEN, "$1").replace(BLANKS, " ").trim();
}

/** What names that are one have in common: two that differ in case, white space or what nobody sees are. */
export function nameKey(name: string): string {
  return name.normalize("NFC").replace(ALL_IGNORABLE, "").replace(BLANKS, " ").trim().toLowerCase();
}

/** Marks of letters that are read without them as well; in other scripts they are vowels, or other sounds. */
const ACCENTS = /(?<=[\p{Script=Latin}\p{Script=Greek}]\p{M}*)\p{M}/gu;

/** A name in narrow characters, without accents. */
function plainName(name: string): string {
  return name.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
}

/** What spellings of a name have in common: those that differ in case, accents, width and white space do. */
export function spellingKey(name: string): string {
  return nameKey(plainName(name));
}

/** A name with its plainer spellings: in narrow characters, and without accents. */
export function spellingsOf(name: string): string[] {
  const spellings = [name, name.normalize("NFKC"), plainName(name)];
  return [...new Map(spellings.map((spelling) => [nameKey(spelling), spelling])).values()];
}

/**
 * Whether a text holds what nobody sees: zero-width characters and the like. Joiners between letters that they change, and
 * what emoji are made of, are seen.
 */
export function hasUnseen(text: string): boolean {
  const composed = text.normalize("NFC");
  return composed.replace(UNSEEN, "$1") !== composed;
}

/** A text without anything that is not seen by itself, also where it changes what is. */
export function withoutUnseen(text: string): string {
  return text.replace(ALL_IGNORABLE, "");
}
