// The words that classes of queries are made of.

const UNITS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Numbers below a thousand as they are spoken, by value. */
export const SPELLED_NUMBERS: readonly string[] = Array.from({ length: 1_000 }, (_, value) => spelled(value));

function spelled(value: number): string {
  if (value < 20) return UNITS[value]!;
  if (value < 100) {
    const tens = TENS[Math.floor(value / 10) - 2]!;
    return value % 10 === 0 ? tens : `${tens} ${UNITS[value % 10]}`;
  }
  const hundreds = `${UNITS[Math.floor(value / 100)]} hundred`;
  return value % 100 === 0 ? hundreds : `${hundreds} and ${spelled(value % 100)}`;
}

/** Genres of the catalogue, and what they are asked for by. */
export const GENRES_ASKED: Record<string, readonly string[]> = {
  Comedy: ["comedy", "comedies", "comedy movies", "comedy films"],
  Drama: ["drama", "dramas"],
  Action: ["action", "action movie", "action movies"],
  Historical: ["historical", "history"],
  Adventure: ["adventure", "adventure films"],
  Fantasy: ["fantasy", "fantasy movies"],
  "Science Fiction": ["science fiction", "sci-fi", "scifi", "sci fi", "sci fi movies", "sf"],
  Thriller: ["thriller", "thrillers"],
  Horror: ["horror", "horror movies", "horror film"],
  Family: ["family", "family movies", "kids movies"],
  Romance: ["romance", "romantic movies"],
  Musical: ["musical", "musicals"],
  Documentary: ["documentary", "documentaries"],
  Western: ["western", "westerns"],
};

/** Two letters or more, each with a stop. */
export const ABBREVIATED = /(?:\p{L}\.){2,}/u;

/** Short forms and what they are short for. */
export const TITLES_OF_ADDRESS: Record<string, string> = {
  mr: "mister",
  dr: "doctor",
  vs: "versus",
  st: "saint",
};

/** What is no title's, no person's and no word. */
export const NOTHING: readonly string[] = [
  ..."qxzvbn wqqkzx zzxxyyvvww qwrtzp jjkkqqvv vbnmvbnm xkcdqz plmkqjz ghjkzzq qqqq".split(" "),
  ..."? ?? !!! ... -- @ # % & + = ~ ^ | < > ( [ { * / \\ ; : ,".split(" ").filter((text) => text !== "&"),
  ..."🎬 🍿🍿 ☠ ♥ ★ → € ™".split(" "),
  "8675309",
  "0123456789",
  "kvjxq wqzpt",
];
