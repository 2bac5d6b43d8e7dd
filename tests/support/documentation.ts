import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { packageRoot } from "../../packages/process/package-root.js";

/** A page of documentation, by its path in the project. */
export interface Page {
  file: string;
  text: string;
}

/** Everything written for people: the project's own pages and those of `docs/`. */
export function documentation(): Page[] {
  const docs = readdirSync(path.join(packageRoot(), "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...docs.map((name) => `docs/${name}`)].map(page);
}

export function page(file: string): Page {
  return { file, text: readFileSync(path.join(packageRoot(), file), "utf8") };
}

/** The fenced blocks of a page in a language, in their order. */
export function blocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, found, block]) =>
    found === language && block ? [block] : [],
  );
}
