import {
  ACCESS,
  CALLERS,
  cellOf,
  HIDDEN,
  NODE_PERMISSIONS,
  PERMISSIONS,
  type Cell,
  type Permission,
} from "../../resolvers/permissions.js";
import { markdownTable } from "./markdown-table.js";

/** What docs/permissions.md holds. */
export function permissionsPage(): string {
  const words = (Object.keys(ACCESS) as Permission[]).map((word) => [`\`${word}\``, ...cells(word)]);
  const hidden = rows(HIDDEN, hiddenCell);
  const nodes = Object.entries(NODE_PERMISSIONS).map(([type, permission]) =>
    row(`Query.node\` of type \`${type}`, permission, hiddenCell),
  );
  return `# Who may ask for what

Printed from \`resolvers/permissions.ts\` by \`npm run schema\`. Do not edit.

One word says who a field is for; the SDL has it as \`@access(to:)\`.

${markdownTable(["word", ...CALLERS], words)}

\`yes\`; \`own\`: of what is its profile's own, or its device's; \`scope\`: where the key's scope names the field; or the code that a caller is refused with: \`UNAUTHENTICATED\` and
\`FORBIDDEN\` as an error, the others in the payload's \`errors\`. \`null\`: as if there were no such thing. An imported profile
belongs to no account. Editor, operator and platform operator stand for accounts with one role more than a viewer has; an
account with several has what any of them has. A platform operator runs the tenants of the deployment, and is no tenant's
operator by that. An API key stands for no person: whatever its scope names, it has no profile and no account.
[errors.md](errors.md) says what each code means.

A field that is not here is for whoever got as far as its object. What a caller may have, the rules of viewing still
narrow down: territory, maturity and state of titles, and that an account's own is its own.

${markdownTable(["field", "word", ...CALLERS], [...rows(PERMISSIONS, shownCell), ...hidden, ...nodes])}
`;
}

function rows(table: typeof PERMISSIONS, show: (cell: Cell) => string): string[][] {
  return Object.entries(table).flatMap(([type, fields]) =>
    Object.entries(fields).map(([name, permission]) => row(`${type}.${name}`, permission, show)),
  );
}

function row(name: string, permission: Permission, show: (cell: Cell) => string): string[] {
  return [`\`${name}\``, `\`${permission}\``, ...cells(permission, show)];
}

function cells(permission: Permission, show = shownCell): string[] {
  return CALLERS.map((kind) => show(cellOf(permission, kind)));
}

function shownCell(cell: Cell): string {
  return cell === "yes" || cell === "own" || cell === "scope" ? cell : `\`${cell}\``;
}

function hiddenCell(cell: Cell): string {
  return cell === "yes" || cell === "own" ? cell : "`null`";
}
