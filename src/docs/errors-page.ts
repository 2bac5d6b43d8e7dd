import { REFUSAL_CODES } from "../../datasources/core/refusal-codes.js";
import { ERROR_CODES } from "../../resolvers/request/errors.js";
import { markdownTable } from "./markdown-table.js";

/** What docs/errors.md holds. */
export function errorsPage(): string {
  const requests = Object.entries<{ meaning: string; status?: number }>(ERROR_CODES).map(
    ([code, { meaning, status = 200 }]) => [`\`${code}\``, String(status), meaning],
  );
  const refusals = Object.entries(REFUSAL_CODES).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return `# Codes

Printed from \`resolvers/request/errors.ts\` and \`datasources/core/refusal-codes.ts\` by \`npm run schema\`. Do not edit.

## Errors of a request

\`errors[].extensions.code\`: something is wrong with the request itself, or with us. \`field\` and \`accepted\` beside it
say more where an argument is at fault; a value that was sent is not repeated. \`requestId\` is there where the log says
more. The status is that of a request which fails as a whole, before anything was
executed; where the answer is \`application/json\`, a document or variable that is refused has 200.

${markdownTable(["code", "status", "meaning"], requests)}

## Refusals of a mutation

\`errors { field code message }\` of a payload: the request is in order, and the facts do not allow what it asks for.
Nothing was changed. \`field\` names the input field at fault, \`message\` says what would be accepted.

${markdownTable(["code", "meaning"], refusals)}
`;
}
