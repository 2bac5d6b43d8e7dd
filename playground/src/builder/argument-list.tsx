import {
  type ArgumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLArgument,
  isEnumType,
  Kind,
  parseValue,
  print,
} from "graphql";
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { firstValueOf } from "./defaults";
import { addArgument, removeArgument, setArgument } from "./edit";
import { Choice } from "./choice";
import { type EditedDocument } from "./use-document";

/** The arguments that a chosen field can have, with the values of those it has. */
export function ArgumentList({
  args,
  field,
  edited,
}: {
  args: readonly GraphQLArgument[];
  field: FieldNode;
  edited: EditedDocument;
}): ReactNode {
  return (
    <ul className="arguments" aria-label={`Arguments of ${field.name.value}`}>
      {args.map((arg) => {
        const given = field.arguments?.find(({ name }) => name.value === arg.name);
        const toggle = () =>
          edited.change(
            given
              ? removeArgument(edited.text, field, given)
              : addArgument(edited.text, field, arg.name, firstValueOf(arg)),
          );
        return (
          <li key={arg.name}>
            <Choice
              name={arg.name}
              type={String(arg.type)}
              title={arg.description}
              checked={given !== undefined}
              onToggle={toggle}
            />
            {given ? <ValueOf arg={arg} given={given} edited={edited} /> : null}
          </li>
        );
      })}
    </ul>
  );
}

interface ValueProps {
  arg: GraphQLArgument;
  given: ArgumentNode;
  edited: EditedDocument;
}

function ValueOf({ arg, given, edited }: ValueProps): ReactNode {
  const choices = choicesOf(arg, given);
  const text = print(given.value);
  if (!choices) return <LiteralInput key={text} arg={arg} given={given} edited={edited} />;
  return (
    <select
      aria-label={`Value of ${arg.name}`}
      value={text}
      onChange={(event) => edited.change(setArgument(edited.text, given, event.target.value))}
    >
      {choices.map((each) => (
        <option key={each}>{each}</option>
      ))}
    </select>
  );
}

/** All values, where they are few; null where they are not, or the value is a variable. */
function choicesOf(arg: GraphQLArgument, { value }: ArgumentNode): string[] | null {
  const type = getNamedType(arg.type);
  if (value.kind === Kind.ENUM && isEnumType(type)) return type.getValues().map(({ name }) => name);
  return value.kind === Kind.BOOLEAN ? ["true", "false"] : null;
}

/** A value as it is written in GraphQL; text without its quotes. It is taken over with Enter, or when the field is left. */
function LiteralInput({ arg, given, edited }: ValueProps): ReactNode {
  const quoted = given.value.kind === Kind.STRING;
  const [text, setText] = useState(given.value.kind === Kind.STRING ? given.value.value : print(given.value));
  const literal = quoted ? JSON.stringify(text) : text;
  const wrong = !isLiteral(literal);
  const take = () => {
    if (!wrong && literal !== print(given.value)) edited.change(setArgument(edited.text, given, literal));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") take();
  };
  return (
    <input
      type="text"
      aria-label={`Value of ${arg.name}`}
      aria-invalid={wrong}
      title={wrong ? 'Not a value in GraphQL: 10, "text", [A, B], { from: 1990 } or $variable' : undefined}
      spellCheck={false}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={onKeyDown}
    />
  );
}

function isLiteral(text: string): boolean {
  try {
    parseValue(text);
    return true;
  } catch {
    return false;
  }
}
