import { useGraphiQL, useGraphiQLActions, pick } from "@graphiql/react";
import { Kind, type OperationDefinitionNode, type OperationTypeNode } from "graphql";
import { type ReactNode, useState } from "react";
import { FieldList } from "./field-list";
import { type EditedDocument, useDocument } from "./use-document";

/** Fields and arguments of the operation in the editor, to choose from what the schema has. */
export function BuilderPane(): ReactNode {
  const edited = useDocument();
  return (
    <section className="pane builder" aria-label="Query builder">
      <h2>Query builder</h2>
      <BuilderOf edited={edited} />
    </section>
  );
}

function BuilderOf({ edited }: { edited: EditedDocument }): ReactNode {
  const { schema, operationName } = useGraphiQL(pick("schema", "operationName"));
  const [search, setSearch] = useState("");
  if (!schema) return <p>The schema is not here yet.</p>;
  if (!edited.document && edited.text.replace(/#.*$/gm, "").trim() !== "") {
    return <p>The document cannot be read as it stands: finish or mend it in the editor.</p>;
  }
  const operations = (edited.document?.definitions ?? []).filter(
    (each): each is OperationDefinitionNode => each.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  const root = operation && schema.getRootType(operation.operation);
  return (
    <>
      <OperationPicker operations={operations} chosen={operation} edited={edited} />
      {operation && root ? (
        <>
          <label className="field">
            <span>Find a field</span>
            <input type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
          </label>
          <FieldList type={root} set={operation.selectionSet} edited={edited} search={search} />
        </>
      ) : null}
    </>
  );
}

function OperationPicker({
  operations,
  chosen,
  edited,
}: {
  operations: OperationDefinitionNode[];
  chosen: OperationDefinitionNode | undefined;
  edited: EditedDocument;
}): ReactNode {
  const actions = useGraphiQLActions();
  const begin = (kind: `${OperationTypeNode}`) => {
    const name = freeName(kind === "query" ? "NewQuery" : "NewMutation", operations);
    const before = edited.text.trim() === "" ? "" : `${edited.text.trimEnd()}\n\n`;
    edited.change(`${before}${kind} ${name} {\n  __typename\n}\n`);
    actions.setOperationName(name);
  };
  return (
    <div className="builder-operations">
      {operations.length > 1 ? (
        <label className="field">
          <span>Operation</span>
          <select
            value={chosen?.name?.value}
            onChange={(event) => actions.setOperationName(event.target.value)}
          >
            {operations.map(({ name }) => (
              <option key={name?.value}>{name?.value}</option>
            ))}
          </select>
        </label>
      ) : null}
      <button type="button" onClick={() => begin("query")}>
        New query
      </button>
      <button type="button" onClick={() => begin("mutation")}>
        New mutation
      </button>
    </div>
  );
}

function freeName(wanted: string, operations: OperationDefinitionNode[]): string {
  const taken = new Set(operations.map(({ name }) => name?.value));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}${number}`)) number += 1;
  return `${wanted}${number}`;
}
