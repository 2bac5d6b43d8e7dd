import { Refusal } from "../../datasources/core/refusal.js";
import {
  denial,
  NODE_PERMISSIONS,
  PERMISSIONS,
  type Caller,
  type Permission,
} from "../../resolvers/permissions.js";
import { markdownTable } from "./markdown-table.js";

const IMPORTED = { account: null, profile: { kind: "ADULT" } } as const;
const KIDS = { account: {}, profile: { kind: "KIDS" } } as const;
const ADULT = { account: {}, profile: { kind: "ADULT" } } as const;

/** The kinds of callers that permissions tell apart, an example of each. */
export const CALLERS: Readonly<Record<string, Caller>> = {
  visitor: { viewer: null, roles: [] },
  "imported profile": { viewer: IMPORTED, roles: ["VIEWER"] },
  "kids profile": { viewer: KIDS, roles: ["VIEWER"] },
  viewer: { viewer: ADULT, roles: ["VIEWER"] },
  editor: { viewer: ADULT, roles: ["VIEWER", "EDITOR"] },
  operator: { viewer: ADULT, roles: ["VIEWER", "OPERATOR"] },
};

/** What docs/permissions.md holds. */
export function permissionsPage(): string {
  const lines = Object.entries(PERMISSIONS).flatMap(([type, fields]) =>
    Object.entries(fields).map(([name, permission]) => row(`\`${type}.${name}\``, permission)),
  );
  const nodes = Object.entries(NODE_PERMISSIONS).map(([type, permission]) =>
    row(`\`Query.node\` of type \`${type}\``, permission, () => "`null`"),
  );
  return `# Who may ask for what

Printed from \`resolvers/permissions.ts\` by \`npm run schema\`. Do not edit.

\`yes\`, or the code that a caller is refused with: \`UNAUTHENTICATED\` and \`FORBIDDEN\` as an error, the others in the
payload's \`errors\`. \`null\`: as if there were no such thing. An imported profile belongs to no account; editor and
operator stand for accounts with one role more than a viewer has. [errors.md](errors.md) says what each code means.

A field that is not here is for whoever got as far as its object. What a caller may have, the rules of viewing still
narrow down: territory, maturity and state of titles, and that an account's own is its own.

${markdownTable(["field", ...Object.keys(CALLERS)], [...lines, ...nodes])}
`;
}

function row(name: string, permission: Permission, refusal = codeOf): string[] {
  const cells = Object.values(CALLERS).map((caller) => {
    const denied = denial(permission, caller, name);
    return denied ? refusal(denied) : "yes";
  });
  return [name, ...cells];
}

function codeOf(denied: NonNullable<ReturnType<typeof denial>>): string {
  return `\`${denied instanceof Refusal ? denied.code : String(denied.extensions.code)}\``;
}
