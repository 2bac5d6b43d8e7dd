import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";
import { expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { isOfEngines, plantMutants, type Span } from "../support/mutants/find-mutants.js";

const folder = path.join(packageRoot(), "datasources");
const files = readdirSync(folder, { recursive: true })
  .map((name) => `datasources/${String(name)}`)
  .filter((name) => isOfEngines(name) && /\.(mongodb|opensearch|neo4j)\.ts$/.test(name));

/** Where a source names the tenant whose data are meant: as a value, or in a statement. */
function namesOf(file: string, source: string): Span[] {
  const found: Span[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
    const { parent } = node;
    const isNamed = ts.isIdentifier(node) && /^tenant(Id)?$/.test(node.text);
    if (isNamed && isValue(node, parent)) found.push({ at: node.getStart(), end: node.end });
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      for (const { index } of source.slice(node.getStart(), node.end).matchAll(/\$tenant\b/g))
        found.push({ at: node.getStart() + index, end: node.getStart() + index + 1 });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true));
  return found;
}

/** What is said of a tenant, as against a tenant that is handed on as a whole, or the name of a parameter. */
function isValue(node: ts.Node, parent: ts.Node): boolean {
  if (ts.isParameter(parent) || ts.isBindingElement(parent) || ts.isVariableDeclaration(parent)) return false;
  if (ts.isCallExpression(parent) || ts.isConditionalExpression(parent) || ts.isArrowFunction(parent))
    return false;
  if (ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) return false;
  if (!ts.isPropertyAccessExpression(parent)) return true;
  // `request.tenant` handed on.
  return !(parent.name === node && ts.isCallExpression(parent.parent));
}

/** What names a tenant and keeps nobody's data apart. */
const OTHERWISE: Readonly<Record<string, RegExp>> = {
  "Statements of Neo4j name it by a parameter, and fail without":
    /^[^:]*\.neo4j\.ts: .*(\btenant: integer\(|parameters: \{ tenant,|const tenant = integer\(|\{ tenant, generation \})/,
  "A key of indexes and mappings, and forms that are nobody's": /tenant: (\d|\{ type: )/,
  "Spelled `tenant` where it is planted": /const tenant = of\.id;/,
};

it("finds every place that names a tenant to an engine", () => {
  const left = files.flatMap((file) => {
    const source = readFileSync(path.join(packageRoot(), file), "utf8");
    const { spans } = plantMutants(file, source);
    const isPlanted = ({ at }: Span) => spans.some((span) => span.at <= at && at < span.end);
    const lines = source.split("\n");
    return namesOf(file, source)
      .filter((name) => !isPlanted(name))
      .map(({ at }) => {
        const line = source.slice(0, at).split("\n").length;
        return `${file}:${line}: ${lines[line - 1]!.trim()}`;
      })
      .filter((place) => !Object.values(OTHERWISE).some((kept) => kept.test(place.replace(/:\d+:/, ":"))));
  });
  expect(left).toEqual([]);
  expect(files.length).toBeGreaterThan(20);
});
