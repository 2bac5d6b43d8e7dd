import {
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  isAbstractType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { useGraphiQL } from "@graphiql/react";
import { type ReactNode } from "react";
import { ArgumentList } from "./argument-list";
import { Choice } from "./choice";
import { conditionText, fieldText } from "./defaults";
import { addSelection, removeSelection } from "./edit";
import { type EditedDocument } from "./use-document";

/** What one selection set can select: the fields of its type, the types it may turn out to be, the fragments it uses. */
interface ListProps {
  type: GraphQLCompositeType;
  set: SelectionSetNode;
  edited: EditedDocument;
}

/** One row a field; a chosen one shows its arguments and what can be selected below it. */
export function FieldList({ type, set, edited, search = "" }: ListProps & { search?: string }): ReactNode {
  const schema = useGraphiQL((state) => state.schema);
  const fields = isUnionType(type) ? [] : Object.values(type.getFields());
  const wanted = search.trim().toLowerCase();
  const possible = isAbstractType(type) ? (schema?.getPossibleTypes(type) ?? []) : [];
  return (
    <ul className="fields">
      {set.selections.map((each) =>
        each.kind === Kind.FRAGMENT_SPREAD ? <li key={`...${each.name.value}`}>…{each.name.value}</li> : null,
      )}
      {fields.map((field) => {
        const chosen = fieldOf(set, field.name);
        if (!chosen && !field.name.toLowerCase().includes(wanted)) return null;
        return <FieldRow key={field.name} field={field} chosen={chosen} set={set} edited={edited} />;
      })}
      {possible.map((each) => (
        <ConditionRow key={each.name} type={each} set={set} edited={edited} />
      ))}
    </ul>
  );
}

function FieldRow({
  field,
  chosen,
  set,
  edited,
}: {
  field: GraphQLField<unknown, unknown>;
  chosen: FieldNode | undefined;
  set: SelectionSetNode;
  edited: EditedDocument;
}): ReactNode {
  const type = getNamedType(field.type);
  return (
    <li>
      <Choice
        name={field.name}
        type={String(field.type)}
        title={field.description}
        gone={field.deprecationReason != null}
        {...choiceOf({ edited, set, chosen, text: () => fieldText(field) })}
      />
      {chosen && field.args.length > 0 ? (
        <ArgumentList args={field.args} field={chosen} edited={edited} />
      ) : null}
      {chosen?.selectionSet && isCompositeType(type) ? (
        <FieldList type={type} set={chosen.selectionSet} edited={edited} />
      ) : null}
    </li>
  );
}

function ConditionRow({
  type,
  set,
  edited,
}: {
  type: GraphQLObjectType;
  set: SelectionSetNode;
  edited: EditedDocument;
}): ReactNode {
  const chosen = set.selections.find(
    (each) => each.kind === Kind.INLINE_FRAGMENT && each.typeCondition?.name.value === type.name,
  );
  const inner = chosen?.kind === Kind.INLINE_FRAGMENT ? chosen.selectionSet : undefined;
  return (
    <li>
      <Choice
        name={`… on ${type.name}`}
        title={type.description}
        {...choiceOf({ edited, set, chosen, text: () => conditionText(type) })}
      />
      {inner ? <FieldList type={type} set={inner} edited={edited} /> : null}
    </li>
  );
}

/** Whether something is selected, and what choosing it or not does to the document. */
function choiceOf({
  edited,
  set,
  chosen,
  text,
}: {
  edited: EditedDocument;
  set: SelectionSetNode;
  chosen: SelectionNode | undefined;
  text: () => string;
}): { checked: boolean; onToggle: () => void } {
  const onToggle = () =>
    edited.change(
      chosen ? removeSelection(edited.text, set, chosen) : addSelection(edited.text, set, text()),
    );
  return { checked: chosen !== undefined, onToggle };
}

function fieldOf(set: SelectionSetNode, name: string): FieldNode | undefined {
  return set.selections.find(
    (each): each is FieldNode => each.kind === Kind.FIELD && each.name.value === name,
  );
}
