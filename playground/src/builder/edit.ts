import { type ArgumentNode, type FieldNode, type SelectionNode, type SelectionSetNode } from "graphql";

/*
 * Edits of a GraphQL document's text by the places of its nodes. Whatever else stands in the text, comments and layout
 * among it, stays as it is. All nodes have to come from parsing that text.
 */

/** Adds a selection behind the last one of a set. `selection` is text without outer indentation. */
export function addSelection(text: string, set: SelectionSetNode, selection: string): string {
  const last = set.selections.at(-1);
  const { start, end } = placeOf(set);
  if (!last) return splice(text, start + 1, end - 1, ` ${selection} `);
  const at = placeOf(last).end;
  if (!text.slice(start, end).includes("\n")) return splice(text, at, at, ` ${inOneLine(selection)}`);
  const indent = indentAt(text, placeOf(last).start);
  return splice(text, at, at, `\n${indented(selection, indent)}`);
}

/** Takes a selection out, with its line where it stands alone on it. A set may not be empty: the last leaves `__typename`. */
export function removeSelection(text: string, set: SelectionSetNode, selection: SelectionNode): string {
  const { start, end } = placeOf(selection);
  if (set.selections.length === 1) return splice(text, start, end, "__typename");
  const before = text.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = text.indexOf("\n", end);
  const alone =
    text.slice(before, start).trim() === "" && lineEnd >= 0 && text.slice(end, lineEnd).trim() === "";
  return alone
    ? splice(text, before, lineEnd + 1, "")
    : splice(text, start, end, "").replace(/ {2,}(?=\})/, " ");
}

/** Adds an argument behind the field's others. */
export function addArgument(text: string, field: FieldNode, name: string, literal: string): string {
  const last = field.arguments?.at(-1);
  const at = placeOf(last ?? field.name).end;
  return splice(text, at, at, last ? `, ${name}: ${literal}` : `(${name}: ${literal})`);
}

/** Takes an argument out, and the brackets with the last one. */
export function removeArgument(text: string, field: FieldNode, argument: ArgumentNode): string {
  const all = field.arguments ?? [];
  const { start, end } = placeOf(argument);
  if (all.length === 1) {
    return splice(text, text.lastIndexOf("(", start), text.indexOf(")", end) + 1, "");
  }
  const at = all.findIndex((each) => placeOf(each).start === start);
  const next = all[at + 1];
  const before = all[at - 1];
  if (next) return splice(text, start, placeOf(next).start, "");
  return splice(text, before ? placeOf(before).end : start, end, "");
}

/** Gives an argument another value. */
export function setArgument(text: string, argument: ArgumentNode, literal: string): string {
  const { start, end } = placeOf(argument.value);
  return splice(text, start, end, literal);
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function placeOf(node: { loc?: { start: number; end: number } | undefined }): { start: number; end: number } {
  if (!node.loc) throw new Error("A node without a place: parse without noLocation.");
  return node.loc;
}

/** The blanks that the line of this place begins with. */
function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", at - 1) + 1))?.[0] ?? "";
}

function indented(lines: string, indent: string): string {
  return lines.replace(/^/gm, indent);
}

function inOneLine(lines: string): string {
  return lines.replace(/\s*\n\s*/g, " ");
}
