import { type HighlightName } from "../core/title-fields.js";
import { type SearchPlan } from "./search-plan.js";
import { type HitRow, type WordRow } from "./search-rows.js";
import { isCommon, joinWords, type Word, wordsOf } from "./search-text.js";
import { type Highlight } from "./search.js";
import { HIGHLIGHTS } from "./searched-texts.js";

/** Text around what matched, where a text is not shown as a whole. UTF-16 code units. */
const LONGEST: Partial<Record<HighlightName, number>> = { synopsis: 160 };

/** Marks in texts of hits the words that stand for what was searched for: as written, misspelled, begun or joined. */
export class Highlighter {
  readonly #words: ReadonlySet<string>;

  constructor(plan: SearchPlan, words: readonly WordRow[]) {
    this.#words = new Set([...plan.slots, ...words.map((row) => row.word)]);
  }

  /** One highlight for each field that has a match; fields without one are left out. */
  highlight({ texts }: HitRow): Highlight[] {
    return HIGHLIGHTS.map((field) => ({
      field,
      fragments: this.#mark(texts?.[field] ?? [], LONGEST[field]),
    })).filter(({ fragments }) => fragments.length > 0);
  }

  #mark(texts: readonly string[], longest = Infinity): string[] {
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
      this.#words.has(joinWords(before ? [other.text, text] : [text, other.text]));
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
