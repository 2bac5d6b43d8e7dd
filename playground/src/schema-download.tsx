import { useGraphiQL } from "@graphiql/react";
import { type GraphQLSchema, printSchema } from "graphql";
import { type ReactNode } from "react";

/** Saves the schema, as the gateway tells it, as a file in GraphQL's schema language. */
export function SchemaDownload(): ReactNode {
  const schema = useGraphiQL((state) => state.schema);
  return (
    <button
      type="button"
      className="quiet"
      disabled={!schema}
      title="Download the schema in GraphQL's schema language"
      onClick={() => schema && save(schema)}
    >
      SDL <span aria-hidden="true">↓</span>
    </button>
  );
}

function save(schema: GraphQLSchema): void {
  const address = URL.createObjectURL(new Blob([printSchema(schema), "\n"], { type: "application/graphql" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "marquee.graphql";
  link.click();
  // The download has been handed over by then, however slow it is.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
