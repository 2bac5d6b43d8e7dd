import { Gauge, type Registry } from "prom-client";

import { type KeptTexts } from "../../packages/json-executor/index.js";
import { type KeptFigures, type KeptMemory } from "../../datasources/core/kept-memory.js";
import { addReadCounter } from "./read-counter.js";

const COUNTED: Record<keyof KeptFigures, string> = {
  hits: "Keys that were answered from what was kept.",
  shared: "Keys that were answered by a call which another request had made.",
  misses: "Keys that a store was asked for.",
  looks: "Calls that asked whether what is kept holds still.",
  compared: "In shadow mode: keys that were compared with what the store answered.",
  differences: "In shadow mode: of those, the ones that had another answer.",
};

const TEXTS_COUNTED = {
  hits: "Objects of answers whose text was kept.",
  misses: "Objects of answers whose text was made, and kept.",
} as const satisfies Partial<Record<keyof KeptTexts, string>>;

/** Adds what is kept of texts in answers. */
export function registerTexts(registry: Registry, texts: KeptTexts): void {
  const registers = [registry];
  for (const [name, help] of Object.entries(TEXTS_COUNTED))
    addReadCounter(
      registry,
      `marquee_cache_text_${name}_total`,
      help,
      () => texts[name as keyof typeof TEXTS_COUNTED],
    );
  new Gauge({
    name: "marquee_cache_text_bytes",
    help: "Texts of objects take that much at most.",
    registers,
    collect() {
      this.set(texts.bytes);
    },
  });
}

/** Adds what is kept of stores' answers to a registry: read when the metrics are asked for. */
export function registerMemory(registry: Registry, { cache, lists, figures }: KeptMemory): void {
  const registers = [registry];
  const counter = (name: string, help: string, value: () => number) =>
    addReadCounter(registry, `marquee_cache_${name}_total`, help, value);
  const gauge = (name: "bytes" | "entries" | "owners", help: string) =>
    new Gauge({
      name: `marquee_cache_${name}`,
      help,
      registers,
      collect() {
        this.set(cache.report()[name]);
      },
    });
  new Gauge({
    name: "marquee_cache_list_bytes",
    help: "Lists that are held with all that is in them take that much at most.",
    registers,
    collect() {
      this.set(lists.report().bytes);
    },
  });
  for (const [name, help] of Object.entries(COUNTED))
    counter(name, help, () => figures[name as keyof KeptFigures]);
  counter("evictions", "Entries that made room for others.", () => cache.report().evictions);
  gauge("bytes", "What is kept takes that much.");
  gauge("entries", "Answers that are kept.");
  gauge("owners", "Tenants of which something is kept.");
}
