import "./switch.js";

import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(fileURLToPath(import.meta.url), "../../../..");

/** Loads the product with every mutant planted in it, all of them switched off. */
export function mutants() {
  return {
    name: "marquee-mutants",
    enforce: "pre" as const,
    async transform(code: string, id: string) {
      const file = path.relative(ROOT, id.split("?")[0] ?? "");
      // TypeScript's parser is needed by nobody else's run.
      const { isMutable, isOfEngines, isOfMoves, isOfSealing, plantMutants } =
        await import("./find-mutants.js");
      if (![isMutable, isOfEngines, isOfMoves, isOfSealing].some((isOf) => isOf(file))) return undefined;
      const planted = plantMutants(file, code);
      return { code: planted.code, map: null };
    },
  };
}
