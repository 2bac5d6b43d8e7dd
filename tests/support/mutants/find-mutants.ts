import ts from "typescript";

/** A place where something says whose data are meant, and can be made to say nothing. */
export interface Mutant {
  /** `datasources/x.ts:12:5`: file, line, column. */
  id: string;
  rule: Rule;
  /** What stands there. */
  text: string;
  /** The method, function or value that it is in, by name. */
  inside: string;
}

/**
 * `SQL`, `CYPHER`: a condition in a statement. `KEY`: the tenant in a text that names something: a cache, a lock, a token, an id, an index. `LOOKUP`: a place in a map.
 * `COMPARISON`: the tenant compared in the program. `PROPERTY`: the tenant as a property of what is sent to MongoDB or
 * OpenSearch, of a filter as of a document. `SENT`: a condition in what a driver sends, wherever it is made.
 */
export type Rule = "SQL" | "CYPHER" | "KEY" | "LOOKUP" | "COMPARISON" | "PROPERTY" | "SENT";

/** A part of a source. */
export interface Span {
  at: number;
  end: number;
}

interface Edit extends Span {
  text: string;
}

/** Names under which tenants go where their data are told apart. */
const TENANT =
  /(^|\.)(tenant|tenantId|tenant_id)(\?)?(\.(id|slug|schema|tier))?$|^slug$|^placement(Of\(\w+\))?$/;
const ID = /(^|\.)(tenant\??\.id|tenant\.slug|tenantId)$|^placementOf\(\w+\)$/;
/** What is said to people is not looked up by anybody. */
const SAID =
  /(^|\.)(log|warn|error|show|tell|onMissed|onProgress|onLog|badInput|clientError|notAnId|unauthenticated)$|Error$|Refusal$/;
const LOOKUPS = new Set(["get", "set", "has", "delete", "add"]);
const SQL = /(?<![\w.])(?:[a-z]\.)?(?:tenant_id\s*= (?!current_setting)|tenant = \$\d)/g;
const CYPHER = /\btenant: \$tenant\b|\b\w+\.tenant = \$tenant\b/g;

/** Whether a file is about engines other than PostgreSQL: `tests/mutants/engines.test.ts` looks at its mutants. */
export function isOfEngines(file: string): boolean {
  return (
    /^datasources\/.*\.(mongodb|opensearch|neo4j)\.ts$/.test(file) ||
    /^datasources\/projection\/(generations|targets)\/[^/]*\.ts$/.test(file)
  );
}

/** Whether a file moves tenants, makes them and removes them: `tests/mutants/moves.test.ts` looks at its mutants. */
export function isOfMoves(file: string): boolean {
  return /^datasources\/tenancy\/[^/]*\.ts$/.test(file) || file === "datasources/stores/tenant-moves.ts";
}

/** Whether a file seals what was kept in the clear, or by an older key: `tests/mutants/sealing.test.ts` looks at its mutants. */
export function isOfSealing(file: string): boolean {
  return /^datasources\/accounts\/(sealing-rows|wrapping-keys|person-keys)\.postgres\.ts$/.test(file);
}

/** Whether mutants are looked for in a file on any deployment: in what answers requests and looks after stores. */
export function isMutable(file: string): boolean {
  if (/^src\/(cli|docs|observability)\b|^src\/(config|apollo|print)/.test(file)) return false;
  if (isOfMoves(file) || isOfSealing(file) || isOfEngines(file)) return false;
  // Whose misses a store's guard counts: what is kept from a tenant by it is the store, and nothing of another's.
  if (file === "datasources/engines/store-breakers.ts") return false;
  return /^(datasources|resolvers|src)\/.*\.ts$/.test(file) && !file.endsWith(".d.ts");
}

/**
 * Plants every mutant of a file, each behind a switch of its own: `tests/support/mutants/switch.ts`.
 *
 * @param file its path in the project.
 * @returns the source with all of them, switched off, and where in it they stand.
 */
export function plantMutants(
  file: string,
  source: string,
): { code: string; mutants: Mutant[]; spans: Span[] } {
  const mutants: Mutant[] = [];
  const spans: Span[] = [];
  const edits: Edit[] = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const together = new Map<string, string>();
  /** @param what is taken out with others of the file: a map is asked by the keys that it was filled by. */
  const note = (node: ts.Node, at: number, rule: Rule, text: string, what?: string): string => {
    const { line, character } = tree.getLineAndCharacterOfPosition(at);
    const known = what === undefined ? undefined : together.get(what);
    const id = known ?? `${file}:${line + 1}:${character + 1}`;
    if (what !== undefined) together.set(what, id);
    if (known === undefined)
      mutants.push({ id, rule, text: text.replace(/\s+/g, " ").slice(0, 90), inside: nameAround(node) });
    return id;
  };
  const on = (id: string) => `globalThis.marqueeMutants.on(${JSON.stringify(id)})`;
  const instead = (node: ts.Node, rule: Rule, other: string, what?: string) => {
    const id = note(node, node.getStart(), rule, node.parent.getText(), what);
    spans.push({ at: node.getStart(), end: node.end });
    edits.push({ at: node.getStart(), end: node.end, text: `(${on(id)} ? ${other} : ${node.getText()})` });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isThrowStatement(node) || isSaid(node))
      return;
    if (isLiteralText(node)) inText(node);
    if (ts.isTemplateSpan(node) && isKey(node)) return instead(node.expression, "KEY", '""');
    if (ts.isCallExpression(node) && inCall(node)) return;
    if (isProperty(node, file)) return withoutProperty(node);
    if (ts.isBinaryExpression(node) && isComparison(node))
      return instead(node, "COMPARISON", node.operatorToken.getText() === "===" ? "true" : "false");
    ts.forEachChild(node, visit);
  };
  function inText(node: ts.Node): void {
    const text = source.slice(node.getStart(), node.end);
    const rule = file.endsWith(".neo4j.ts") ? "CYPHER" : "SQL";
    for (const { index, 0: found } of text.matchAll(rule === "SQL" ? SQL : CYPHER)) {
      const at = node.getStart() + index;
      spans.push({ at, end: at + found.length });
      const id = note(node, at, rule, source.slice(at, at + 60).split("\n")[0]!);
      edits.push({ at, end: at, text: `/*@${id}@*/` });
    }
  }
  /** Of a document or a filter; `{ term: { tenant } }` of OpenSearch is a condition that cannot be empty. */
  function withoutProperty(node: Property): void {
    const term = termOf(node);
    if (term) return instead(term, "PROPERTY", "{ match_all: {} }");
    const id = note(node, node.getStart(), "PROPERTY", node.parent.getText());
    spans.push({ at: node.getStart(), end: node.end });
    const text = `...(${on(id)} ? {} : { ${node.getText()} })`;
    edits.push({ at: node.getStart(), end: node.end, text });
  }
  function inCall(node: ts.CallExpression): boolean {
    const [first] = node.arguments;
    const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : "";
    const isText = node.expression.getText() === "String";
    if (!first || !ID.test(first.getText()) || !(LOOKUPS.has(method) || isText)) return false;
    // What seals and what opens by one key do so together; what travels to a store does not.
    const what = isText
      ? file.startsWith("datasources/")
        ? undefined
        : "String"
      : (node.expression as ts.PropertyAccessExpression).expression.getText();
    instead(first, isText ? "KEY" : "LOOKUP", "0", what);
    node.arguments.slice(1).forEach(visit);
    return true;
  }
  visit(tree);
  const inOrder = edits.sort((a, b) => b.at - a.at);
  return {
    code: inOrder.reduce((code, { at, end, text }) => code.slice(0, at) + text + code.slice(end), source),
    mutants,
    spans,
  };
}

type Property = ts.PropertyAssignment | ts.ShorthandPropertyAssignment;

/**
 * Whether a property says to an engine whose data are meant. In Neo4j it is a parameter of statements, which say it
 * themselves, and fail without; numbers are keys of indexes, and of forms that are nobody's.
 */
function isProperty(node: ts.Node, file: string): node is Property {
  if (!/\.(mongodb|opensearch)\.ts$/.test(file) || !ts.isObjectLiteralElement(node)) return false;
  if (node.name?.getText() !== "tenant") return false;
  if (ts.isShorthandPropertyAssignment(node)) return true;
  return ts.isPropertyAssignment(node) && /\btenant\b/.test(node.initializer.getText());
}

/** `{ term: { tenant } }` around it. */
function termOf({ parent: { parent } }: Property): ts.ObjectLiteralExpression | null {
  const isTerm = ts.isPropertyAssignment(parent) && parent.name.getText() === "term";
  return isTerm ? parent.parent : null;
}

/** The innermost method, function or value of the file's own or of a class that something is in. */
function nameAround(node: ts.Node): string {
  for (let around = node; around.parent; around = around.parent) {
    const isOwn = ts.isSourceFile(around.parent) || ts.isClassLike(around.parent);
    const named = ts.isVariableStatement(around) ? around.declarationList.declarations[0] : around;
    if (isOwn && named && "name" in named) return (named.name as ts.Node | undefined)?.getText() ?? "";
  }
  return "";
}

function isLiteralText(node: ts.Node): boolean {
  return (
    ts.isStringLiteral(node) ||
    ts.isNoSubstitutionTemplateLiteral(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
  );
}

/** A tenant in a text of the program's own, which is neither a statement nor a message. */
function isKey(span: ts.TemplateSpan): boolean {
  return !ts.isTaggedTemplateExpression(span.parent.parent) && TENANT.test(span.expression.getText());
}

function isComparison({ left, right, operatorToken }: ts.BinaryExpression): boolean {
  const sides = [left.getText(), right.getText()];
  const compared =
    ["===", "!=="].includes(operatorToken.getText()) &&
    !sides.some((side) => /^(null|undefined)$|typeof/.test(side));
  return (
    compared &&
    sides.some((side) => /(^|\.)tenant\??(\.(id|slug|tier|schema))?$|^tenantId$|^placement$/.test(side))
  );
}

function isSaid(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return SAID.test(node.expression.getText());
  return ts.isCallExpression(node) && SAID.test(node.expression.getText());
}
