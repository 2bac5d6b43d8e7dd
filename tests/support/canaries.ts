import { randomBytes } from "node:crypto";

/** Texts that are nowhere by chance, planted where secrets and people's data stand, and looked for where neither may be. */
export interface Canaries {
  /** Plants one of a kind; answers it. */
  plant: (kind: string, text?: string) => string;
  kinds(): string[];
  /** Takes in what somebody was told: an answer, a line, a row. */
  hear: (place: string, told: string) => void;
  /** What was told in a place so far. */
  heardIn(place: string): string;
  /** Every place in which something was heard that was planted, in any form; and how much was heard there. */
  found(): { leaks: string[]; heard: Record<string, number> };
}

export function openCanaries(): Canaries {
  const planted = new Map<string, string>();
  const heard = new Map<string, string>();
  return {
    plant: (kind, text = `canary${randomBytes(6).toString("hex")}`) => {
      planted.set(kind, text);
      return text;
    },
    kinds: () => [...planted.keys()],
    hear: (place, told) => void heard.set(place, `${heard.get(place) ?? ""}${told}\n`),
    heardIn: (place) => heard.get(place) ?? "",
    found: () => ({
      leaks: [...heard].flatMap(([place, told]) => leaksIn(place, told, planted)),
      heard: Object.fromEntries([...heard].map(([place, told]) => [place, told.length])),
    }),
  };
}

/** Characters around a leak, for whoever looks for where it comes from. */
const AROUND = 160;

function leaksIn(place: string, told: string, planted: ReadonlyMap<string, string>): string[] {
  return [...planted].flatMap(([kind, text]) =>
    formsOf(text).flatMap(([form, bytes]) => {
      const at = told.indexOf(bytes);
      const context = told.slice(Math.max(0, at - AROUND), at + bytes.length + AROUND);
      return at < 0 ? [] : [`${place}: ${kind}, ${form}, in ${context}`];
    }),
  );
}

/** A text as it stands in other texts: as it is, escaped for JSON and URLs, in hexadecimal, in base64 wherever that begins. */
export function formsOf(text: string): [form: string, bytes: string][] {
  const plain: [string, string][] = [
    ["plain", text],
    ["as JSON", JSON.stringify(text).slice(1, -1)],
    ["in a URL", encodeURIComponent(text)],
    ["hexadecimal", Buffer.from(text).toString("hex")],
  ];
  const inBase64 = [0, 1, 2].flatMap((shift): [string, string][] => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]);
    // What its neighbours have a part of is left out.
    const [from, to] = [Math.ceil((shift * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    const base64 = bytes.toString("base64").slice(from, to);
    return [
      ["base64", base64],
      ["base64url", base64.replaceAll("+", "-").replaceAll("/", "_")],
    ];
  });
  return [...plain, ...inBase64];
}
