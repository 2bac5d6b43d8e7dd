import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** What lists of words say beside what texts do. Words and phrases as they are typed, not folded. */
export interface WordLists {
  /** Ways of writing one word, for each other. */
  same: string[][];
  /** What a genre is asked for by beside its name. */
  genres: { name: string; asked: string[] }[];
  /** What is said behind a genre ("movies") and behind a family's name ("brothers") without meaning anything by it. */
  besideGenres: string[];
  besideFamilies: string[];
}

/** Beside this module in the sources, three levels above it in the build. */
const PLACES = ["./word-lists", "../../../packages/search-text/word-lists"];

const SECTIONS = ["same", "genres", "beside genres", "beside families"] as const;
type Section = (typeof SECTIONS)[number];

/**
 * The lists of every language in a folder, a file each (`en.txt`): what a text is written in is not known, and a catalogue
 * has several. README.md has the format.
 *
 * @throws Error with file and line where one is not to be understood.
 */
export function readWordLists(folder = folderOf()): WordLists {
  const lists: WordLists = { same: [], genres: [], besideGenres: [], besideFamilies: [] };
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .sort()) {
    let section: Section | undefined;
    readFileSync(path.join(folder, file), "utf8")
      .split("\n")
      .forEach((text, index) => {
        const line = text.replace(/#.*/, "").trim();
        const heading = /^\[(.*)\]$/.exec(line)?.[1];
        if (heading !== undefined) section = SECTIONS.find((known) => known === heading);
        if (line !== "" && section === undefined)
          throw new Error(`${file}, line ${index + 1}: no such section`);
        if (line !== "" && heading === undefined) addLine(lists, section!, line);
      });
  }
  return lists;
}

function folderOf(): string {
  const found = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) =>
    existsSync(place),
  );
  if (found === undefined) throw new Error("packages/search-text/word-lists is missing");
  return found;
}

function addLine(lists: WordLists, section: Section, line: string): void {
  const [head = "", rest] = line.split(":");
  const words = phrasesOf(rest ?? line);
  if (section === "same") lists.same.push(words);
  else if (section === "genres") lists.genres.push({ name: head.trim(), asked: words });
  else if (section === "beside genres") lists.besideGenres.push(...words);
  else lists.besideFamilies.push(...words);
}

function phrasesOf(text: string): string[] {
  return text
    .split(",")
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== "");
}
