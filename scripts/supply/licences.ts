import satisfies from "spdx-satisfies";

import { type LicenceException } from "./allowed.js";

/** An entry of `packages` in package-lock.json, as far as it is read. */
export interface LockedPackage {
  /** An SPDX expression. */
  license?: string;
  /** Whether it is there for development alone. */
  dev?: boolean;
}

/** Packages by the folder that they lie in, the project itself by the empty one. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

/**
 * What is wrong with the licences of what is locked, a line each: packages under a licence that is not allowed, or under
 * none that is said; exceptions that nothing needs any more.
 */
export function licenceProblems(
  packages: LockedPackages,
  allowed: readonly string[],
  exceptions: readonly LicenceException[],
): string[] {
  const used = new Set<LicenceException>();
  const problems = Object.entries(packages).flatMap(([folder, locked]) => {
    if (folder === "" || isAllowed(locked.license, allowed)) return [];
    const name = nameOf(folder);
    const exception = exceptions.find((each) => each.packages.test(name) && each.licence === locked.license);
    if (exception) used.add(exception);
    if (exception && locked.dev) return [];
    const shipped = locked.dev ? "" : ", and it is shipped";
    return [`${name} is under ${locked.license ?? "no licence that it says"}${shipped}`];
  });
  const unused = exceptions.filter((exception) => !used.has(exception));
  return [
    ...problems,
    ...unused.map(({ packages: each }) => `nothing needs the exception for ${each.source}`),
  ];
}

function isAllowed(licence: string | undefined, allowed: readonly string[]): boolean {
  try {
    return licence !== undefined && satisfies(licence, [...allowed]);
  } catch {
    // What is no SPDX ("SEE LICENSE IN …") somebody has to read.
    return false;
  }
}

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}
