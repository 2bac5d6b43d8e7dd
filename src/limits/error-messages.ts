import { type GraphQLError } from "graphql";

/** Characters that are kept of a message, and of them those from its end, where it says what would be accepted. */
const MAX_MESSAGE = 400;
const MESSAGE_END = 150;
const GAP = " … ";
/** Characters that are kept of a name or value that a message repeats. */
const MAX_QUOTE = 200;
/** A quote longer than this stands in a message once. */
const REPEATED = 40;

/** Makes an error's message readable, whatever was sent: see `cutMessage`. */
export function shorten(error: GraphQLError): void {
  error.message = cutMessage(withoutValue(error));
}

/**
 * graphql-js repeats all of a variable's value before it says what is wrong with a part of it, which it quotes once
 * more: `Variable "$input" got invalid value {…} at "input.rating"; Int cannot represent non-integer value: "x"`.
 */
function withoutValue({ message, originalError }: GraphQLError): string {
  const reason = originalError?.message;
  const [variable] = /^Variable "\$\w+"(?= got invalid value )/.exec(message) ?? [];
  if (!variable || !reason || !message.endsWith(`; ${reason}`)) return message;
  const [at = ""] = / at "[^"]*"$/.exec(message.slice(0, -reason.length - 2)) ?? [];
  return `${variable}${at}: ${reason}`;
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
