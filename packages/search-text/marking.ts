import { type SearchPlan } from "./plan.js";
import { type StandingWord } from "./standing.js";
import { isCommon, joinedForms, type Word, wordsOf } from "./words.js";

/** Marks in texts the words that stand for what was searched for: as written, misspelled, begun or joined. */
export class Marker {
  readonly #words: ReadonlySet<string>;

  constructor(plan: SearchPlan, words: readonly StandingWord[]) {
    this.#words = new Set([...plan.slots, ...words.map((row) => row.word)]);
  }

  /**
   * The texts that have such a word, with what matched between `<em>` and `</em>` and everything else escaped for HTML.
   *
   * @param longest of a longer text no more is shown, around the first match. UTF-16 code units.
   */
  mark(texts: readonly string[], longest = Infinity): string[] {
    return texts.flatMap((text) => {
      const words = wordsOf(text);
      const matched = words.filter((word, index) => this.#matches(words, word, index));
      const [first] = matched;
      return first ? [fragment(text, matched, first, longest)] : [];
    });
  }

  #matches(words: readonly Word[], { text }: Word, index: number): boolean {
    if (this.#words.has(text)) return true;
    if (isCommon(text)) return false;
    const joined = (other: Word | undefined, before: boolean) =>
      other !== undefined &&
      !this.#words.has(other.text) &&
      joinedForms(before ? [other.text, text] : [text, other.text]).some((form) => this.#words.has(form));
    return joined(words[index - 1], true) || joined(words[index + 1], false);
  }
}

function fragment(text: string, matched: readonly Word[], first: Word, longest: number): string {
  const from = text.length <= longest ? 0 : wordStart(text, Math.max(0, first.start - longest / 4));
  const to = text.length <= longest ? text.length : wordEnd(text, Math.min(text.length, from + longest));
  let marked = from > 0 ? "…" : "";
  let at = from;
  for (const word of matched) {
    if (word.start < at || word.end > to) continue;
    marked += `${escapeHtml(text.slice(at, word.start))}<em>${escapeHtml(text.slice(word.start, word.end))}</em>`;
    at = word.end;
  }
  return marked.replaceAll("</em><em>", "") + escapeHtml(text.slice(at, to)) + (to < text.length ? "…" : "");
}

function wordStart(text: string, at: number): number {
  return at === 0 ? 0 : text.indexOf(" ", at) + 1;
}

function wordEnd(text: string, at: number): number {
  const space = text.lastIndexOf(" ", at);
  return at === text.length || space <= 0 ? at : space;
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
