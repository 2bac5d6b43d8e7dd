import { isEnumType, type GraphQLFormattedError, type GraphQLSchema } from "graphql";

/**
 * graphql-js tells that a value is not of an enum, and neither where it stood nor what would be accepted: adds both to
 * the message and as `field` and `accepted`. Any other error is answered as it is.
 */
export function explainEnumError(schema: GraphQLSchema, error: GraphQLFormattedError): GraphQLFormattedError {
  const [, name, other] = /"(\w+)" enum|\bEnum "(\w+)"/.exec(error.message) ?? [];
  const type = schema.getType(name ?? other ?? "");
  if (!isEnumType(type)) return error;
  const accepted = type
    .getValues()
    .map((value) => value.name)
    .join(", ");
  const [, field] = /at "([^"]+)"/.exec(error.message) ?? /^Variable "\$(\w+)"/.exec(error.message) ?? [];
  return {
    ...error,
    message: `${error.message.replace(/ Did you mean .*$/s, "")} Accepted: ${accepted}.`,
    extensions: { ...error.extensions, ...(field ? { field } : {}), accepted },
  };
}
