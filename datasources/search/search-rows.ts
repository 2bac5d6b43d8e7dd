import { type HighlightTexts } from "./searched-texts.js";

/** A hit as an engine answers it. */
export interface HitRow {
  id: string;
  score: number;
  /** Present where highlights or another spelling are wanted. */
  texts?: HighlightTexts;
}

/** A word of the vocabulary, or of a found text, that stands for a unit of the plan. */
export interface WordRow {
  unit: number;
  word: string;
  /** Texts that have it, of those looked at. */
  frequency: number;
  /** A word somebody would say, not a joined form. */
  spoken: boolean;
  /** How well it stands for the unit, in (0, 1]. */
  quality: number;
}
