import { readFileSync } from "node:fs";
import path from "node:path";

import { type StoreName } from "../../datasources/core/store-request.js";
import { packageRoot } from "../../packages/process/package-root.js";

/** What a field does while a store is down, in the words of docs/failures.md. */
export type Behaviour = "in full" | "standby" | "part" | "left out" | "null";

/** A row of the table in docs/failures.md. */
export interface FailureRow {
  /** `Query.node of an account`: the field, and the case of it. */
  name: string;
  /** `Query.node`. */
  field: string;
  store: StoreName;
  withoutStore: Behaviour;
  withoutPostgres: Behaviour;
}

/** The table of docs/failures.md, as it stands. */
export function failureTable(): FailureRow[] {
  const text = readFileSync(path.join(packageRoot(), "docs", "failures.md"), "utf8");
  const lines = text.split("\n").filter((line) => /^\| `[A-Z]\w+\.\w+/.test(line));
  return lines.map((line) => {
    const [name, store, withoutStore, withoutPostgres] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("`", "").trim());
    return {
      name,
      field: /^\w+\.\w+/.exec(name!)?.[0],
      store,
      withoutStore,
      withoutPostgres,
    } as FailureRow;
  });
}
