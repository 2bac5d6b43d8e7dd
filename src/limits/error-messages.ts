import { type GraphQLError } from "graphql";

/** Characters that are kept of a message, and of them those from its end, where it says what would be accepted. */
const MAX_MESSAGE = 400;
const MESSAGE_END = 150;
const GAP = " … ";
/** Characters that are kept of a name that a message repeats. */
const MAX_QUOTE = 200;
/** A quote longer than this stands in a message once. */
const REPEATED = 40;

/** Makes an error's message readable, whatever was sent, and has it repeat no value: a secret may stand where another was meant. */
export function shorten(error: GraphQLError): void {
  error.message = cutMessage(withoutLiterals(withoutVariable(error)));
}

/**
 * graphql-js repeats all of a variable's value before it says what is wrong with a part of it:
 * `Variable "$input" got invalid value {…} at "input.rating"; Int cannot represent non-integer value: "x"`.
 */
function withoutVariable({ message, originalError }: GraphQLError): string {
  const [variable] = /^Variable "\$\w+"(?= got invalid value )/.exec(message) ?? [];
  if (!variable) return message;
  const given = originalError?.message ?? "";
  const reason = given && message.endsWith(`; ${given}`) ? given : "The value cannot be used.";
  const [at = ""] = / at "[\w.[\]]*"$/.exec(message.slice(0, -given.length - 2)) ?? [];
  return `${variable}${at}: ${reason}`;
}

/**
 * Where graphql-js 16 repeats a value in a message, and what is left of it. What a document names (fields, arguments,
 * types, fragments) is repeated: it says which is meant.
 */
const REPEATING: readonly [pattern: RegExp, without: string][] = [
  [/(cannot represent [^:"]*value): .*$/s, "$1."],
  [/^Expected value of type ("[^"]*"), found .*$/s, "Expected value of type $1."],
  [/(: |^)Value ".*" does not exist in ("\w+" enum\.)/s, "$1The value does not exist in $2"],
  [/^(Argument "[^"]*" has) invalid value .*$/s, "$1 an invalid value."],
  [/^(Syntax Error: .*?)(Name|String|BlockString|Int|Float|Comment) ".*"\.$/s, "$1$2."],
  [/^Unknown operation named ".*"\.$/s, "operationName: no operation of the document is called so."],
  [/^((?:.*: )?Field )"(?![A-Za-z_]\w*").*" (is not defined by type "\w+"\.).*$/s, "$1$2"],
];

function withoutLiterals(message: string): string {
  return REPEATING.reduce((text, [pattern, without]) => text.replace(pattern, without), message);
}

/** A message that repeats what was sent, cut to what can be read: each name or value once, and its beginning. */
export function cutMessage(message: string): string {
  const quoted = new Set<string>();
  const short = message.replaceAll(/"(?:[^"\\]|\\.)*"|[^\s"]+/g, (part) => {
    const kept =
      part.length <= MAX_QUOTE ? part : `${part.slice(0, MAX_QUOTE - 2)}…${part.at(-1) === '"' ? '"' : ""}`;
    if (part.length <= REPEATED || !quoted.has(part)) {
      quoted.add(part);
      return kept;
    }
    return "…";
  });
  if (short.length <= MAX_MESSAGE) return short;
  return `${short.slice(0, MAX_MESSAGE - MESSAGE_END - GAP.length)}${GAP}${short.slice(-MESSAGE_END)}`;
}
