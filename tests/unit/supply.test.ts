import { describe, expect, it } from "vitest";

import lock from "../../package-lock.json" with { type: "json" };
import { advisoryProblems, readAudit } from "../../scripts/supply/advisories.js";
import { LICENCE_EXCEPTIONS, LICENCES } from "../../scripts/supply/allowed.js";
import { licenceProblems, type LockedPackages } from "../../scripts/supply/licences.js";

describe("licences", () => {
  const exceptions = [{ packages: /^tool(-\w+)?$/, licence: "MPL-2.0", reason: "Builds." }];
  const problems = (packages: LockedPackages) => licenceProblems(packages, ["MIT", "ISC"], exceptions);
  const tool = { "node_modules/tool": { license: "MPL-2.0", dev: true } };

  it("of everything that is locked are ones that we accept", () => {
    expect(licenceProblems(lock.packages, LICENCES, LICENCE_EXCEPTIONS)).toEqual([]);
  });

  it("are read as SPDX says", () => {
    const folder = "node_modules/@x/a/node_modules/b";
    for (const license of ["MIT", "(MIT OR GPL-3.0-only)", "(MIT AND ISC)"])
      expect(problems({ ...tool, "": {}, [folder]: { license } }), license).toEqual([]);
    for (const license of ["GPL-3.0-only", "(MIT AND GPL-3.0-only)", "SEE LICENSE IN x", "MPL-2.0"])
      expect(problems({ ...tool, [folder]: { license } }), license).toEqual([
        `b is under ${license}, and it is shipped`,
      ]);
    expect(problems({ ...tool, [folder]: { dev: true } })).toEqual(["b is under no licence that it says"]);
  });

  it("are excepted by name and licence, for development alone, and for as long as that is needed", () => {
    expect(problems({ ...tool, "node_modules/tool-linux": { license: "MPL-2.0", dev: true } })).toEqual([]);
    expect(problems({ "node_modules/tool": { license: "MPL-2.0" } })).toEqual([
      "tool is under MPL-2.0, and it is shipped",
    ]);
    expect(problems({ ...tool, "node_modules/toolbox": { license: "MPL-2.0", dev: true } })).toEqual([
      "toolbox is under MPL-2.0",
    ]);
    expect(problems({})).toEqual(["nothing needs the exception for ^tool(-\\w+)?$"]);
  });
});

describe("advisories", () => {
  const cause = {
    name: "b",
    title: "Reads too much",
    url: "https://github.com/advisories/GHSA-1",
    severity: "high",
  };
  const report = JSON.stringify({
    vulnerabilities: { a: { via: ["b"] }, b: { via: [cause] }, c: { via: ["b", cause] } },
  });
  const audit = readAudit(report);
  const advisories = "advisories" in audit ? audit.advisories : [];
  const exception = { id: "GHSA-1", package: "b", reason: "Never reached.", until: "2030-01-01" };

  it("are those that npm was told of, each once", () => {
    expect(advisories).toEqual([{ id: "GHSA-1", package: "b", title: "Reads too much", severity: "high" }]);
    expect(readAudit('{"vulnerabilities":{}}')).toEqual({ advisories: [] });
  });

  it("are not taken for none where the registry does not tell", () => {
    const refused = '{"message":"405 Method Not Allowed","error":{"summary":""}}';
    expect(readAudit(refused)).toEqual({ unanswered: "405 Method Not Allowed" });
    expect(readAudit("")).toEqual({ unanswered: "no report" });
  });

  it("are excepted until a day, and for as long as there is something to except", () => {
    const problems = (today: string, known = advisories) => advisoryProblems(known, [exception], today);
    expect(advisoryProblems(advisories, [], "2029-12-31")).toEqual(["b has GHSA-1 (high): Reads too much"]);
    expect(problems("2029-12-31")).toEqual([]);
    expect(problems("2030-01-01")).toEqual(["b has GHSA-1 (high): Reads too much"]);
    expect(problems("2029-12-31", [])).toEqual(["nothing needs the exception for GHSA-1 of b"]);
  });
});
