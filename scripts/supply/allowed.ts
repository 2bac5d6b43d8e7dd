// What packages may be like that we use, and which of them may be otherwise, each with its reason.

/** Licences, by SPDX, under which anything may be used and shipped. */
export const LICENCES: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
];

/** A package whose licence is none of these, and that is used in development alone: it must never be shipped. */
export interface LicenceException {
  /** Which packages: their whole name. */
  packages: RegExp;
  licence: string;
  reason: string;
}

export const LICENCE_EXCEPTIONS: readonly LicenceException[] = [
  {
    packages: /^lightningcss(-[\w-]+)?$/,
    licence: "MPL-2.0",
    reason: "Vite's compiler of style sheets: it runs in builds, and nothing of it is in what they make.",
  },
  { packages: /^axe-core$/, licence: "MPL-2.0", reason: "Looks at the playground in its tests." },
  {
    packages: /^caniuse-lite$/,
    licence: "CC-BY-4.0",
    reason: "What browsers can do, which builds go by; none of its data is in what they make.",
  },
  {
    packages: /^spdx-exceptions$/,
    licence: "CC-BY-3.0",
    reason: "Names of licences, by which this list is read.",
  },
  {
    packages: /^spdx-ranges$/,
    licence: "(MIT AND CC-BY-3.0)",
    reason: "Which licences are versions of one another, by which this list is read.",
  },
  { packages: /^argparse$/, licence: "PSF-2.0", reason: "Reads the command lines of development tools." },
];

/** An advisory that is known, and does not concern us. */
export interface AdvisoryException {
  /** As GitHub names it: `GHSA-…`. */
  id: string;
  package: string;
  reason: string;
  /** The day on which it is looked at again: from then on it is no exception any more. `YYYY-MM-DD`. */
  until: string;
}

export const ADVISORY_EXCEPTIONS: readonly AdvisoryException[] = [];
