import { existsSync } from "node:fs";
import path from "node:path";

import { describe, expect, it } from "vitest";

import packageJson from "../../package.json" with { type: "json" };
import { packageRoot } from "../../packages/process/package-root.js";
import { environment } from "../../src/config.js";
import { LIMIT_VARIABLES } from "../../src/limits/limit-variables.js";
import { documentation, page } from "../support/documentation.js";

describe.each(documentation())("$file", ({ file, text }) => {
  it("links to what is there", () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)(#[^)]*)?\)/g)].map(
      ([, target]) => target ?? "",
    );
    const dead = links.filter(
      (target) => !existsSync(path.resolve(packageRoot(), path.dirname(file), target)),
    );
    expect(dead).toEqual([]);
  });

  it("names scripts that npm knows", () => {
    const scripts = new Set(Object.keys(packageJson.scripts));
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:]*)/g)].map(([, name]) => name ?? "");
    expect(named.filter((name) => !scripts.has(name))).toEqual([]);
  });

  it("names variables that are read", () => {
    const known = Object.keys(environment.shape);
    const named = [...text.matchAll(/\bMARQUEE_(?!TEST_|ENGINES_|SECRET_|PASSWORD\b)[A-Z_]+\b/g)].map(
      ([name]) => name,
    );
    expect(
      named.filter(
        (name) => !known.some((each) => each === name || (name.endsWith("_") && each.startsWith(name))),
      ),
    ).toEqual([]);
  });
});

it("README is read in a few minutes", () => {
  expect(page("README.md").text.split("\n").length).toBeLessThan(130);
});

it("docs/configuration.md describes every variable that is read, and no other", () => {
  const rows = page("docs/configuration.md")
    .text.split("\n")
    .filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const files = ["MONGODB", "OPENSEARCH", "NEO4J"].map((engine) => `${engine}_CA_FILE`);
  const limits = Object.keys(LIMIT_VARIABLES);
  expect([...named, ...files, ...limits].filter((name) => name !== "MARQUEE_MAX_").sort()).toEqual(
    Object.keys(environment.shape).sort(),
  );
});
