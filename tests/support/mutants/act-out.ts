import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { packageRoot } from "../../../packages/process/package-root.js";
import { plantMutants, type Mutant } from "./find-mutants.js";

const chosen = new RegExp(process.env.MARQUEE_TEST_MUTANTS ?? "");

/** What is acted out with each mutant of some files. */
export interface Acted {
  name: string;
  isOf: (file: string) => boolean;
  /** What is no predicate, as its file and the beginning of its text: taken out, nothing comes out otherwise. */
  equivalent?: readonly string[];
  /** Does all of it from nothing. @throws what says what is wrong. */
  act: () => Promise<void>;
}

/** Acts with nothing taken out, then with each mutant in turn. @returns those with which nothing was wrong. */
export async function survivorsOf({ name, isOf, equivalent = [], act }: Acted): Promise<string[]> {
  await act();
  const planted = allMutants(isOf).filter(
    ({ id, text }) =>
      chosen.test(id) && !equivalent.some((each) => `${id.split(":")[0]} ${text}`.startsWith(each)),
  );
  const survivors: string[] = [];
  for (const [at, { id, rule, text }] of planted.entries()) {
    const { marqueeMutants: mutants } = globalThis;
    mutants.reached.clear();
    mutants.active = id;
    const found = await act()
      .then(() => null)
      .catch((error: unknown) => String(error).split("\n")[0] ?? "")
      .finally(() => (mutants.active = null));
    const line = `${rule} ${id} ${text}${mutants.reached.has(id) ? "" : " (never reached)"}`;
    if (found === null) survivors.push(line);
    const what = found === null ? "SURVIVES" : "caught";
    process.stderr.write(`${at + 1}/${planted.length} ${what} ${line} ${found?.slice(0, 160) ?? ""}\n`);
  }
  console.log(`${name}: mutants planted ${planted.length}, caught ${planted.length - survivors.length}`);
  return survivors;
}

function allMutants(isOf: (file: string) => boolean): Mutant[] {
  return readdirSync(path.join(packageRoot(), "datasources"), { recursive: true })
    .map((file) => `datasources/${String(file)}`)
    .filter(isOf)
    .sort()
    .flatMap((file) => plantMutants(file, readFileSync(path.join(packageRoot(), file), "utf8")).mutants);
}
