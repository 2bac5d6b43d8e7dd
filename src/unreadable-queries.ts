import { type ApolloServerPlugin } from "@apollo/server";
import {
  getNamedType,
  getVariableValues,
  GraphQLError,
  isInputType,
  isScalarType,
  OperationTypeNode,
  typeFromAST,
  type ASTVisitor,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationContext,
  type ValueNode,
} from "graphql";

import { mayBeUnreadable } from "../resolvers/input-gate.js";
import { type Context } from "../resolvers/request/context.js";
import { badInput } from "../resolvers/request/errors.js";
import { isForgiving, unreadablesIn } from "../schema/unreadable.js";

/*
 * Scalars read what is none of theirs as `Unreadable`, so that a mutation can say so in its payload. What only reads has
 * nothing to lose by being refused as a whole: it is, as GraphQL means it, before anything is executed.
 */

/** A rule for documents: a value written out in an operation that writes nothing is one of its scalar. */
export function readableLiterals(context: ValidationContext): ASTVisitor {
  const check = (node: ValueNode) => {
    const type = getNamedType(context.getInputType());
    if (!isScalarType(type) || !isForgiving(type)) return;
    for (const { problem, accepted } of unreadablesIn(type.parseLiteral(node, {}))) {
      context.reportError(
        new GraphQLError(`${type.name}: ${problem}. Accepted: ${accepted}.`, { nodes: node }),
      );
    }
  };
  return {
    OperationDefinition: ({ operation }) => (operation === OperationTypeNode.MUTATION ? false : undefined),
    StringValue: check,
    EnumValue: check,
    IntValue: check,
    FloatValue: check,
    BooleanValue: check,
  };
}

/** Whether an operation has a variable that may be unreadable; found out once. */
const MAY_BE_UNREADABLE = new WeakMap<OperationDefinitionNode, boolean>();

function takesUnreadable(schema: GraphQLSchema, operation: OperationDefinitionNode): boolean {
  const known = MAY_BE_UNREADABLE.get(operation);
  if (known !== undefined) return known;
  const found = (operation.variableDefinitions ?? []).some(({ type: node }) => {
    const type = typeFromAST(schema, node);
    return isInputType(type) && mayBeUnreadable(type);
  });
  MAY_BE_UNREADABLE.set(operation, found);
  return found;
}

/** Refuses queries with a variable that is no value of its scalar: BAD_USER_INPUT, 400. */
export function readableVariables(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ schema, operation, request: { variables } }) => {
        if (!variables || !operation || operation.operation === OperationTypeNode.MUTATION) return;
        const error = unreadableVariable(schema, operation, variables);
        if (error) throw error;
      },
    }),
  };
}

function unreadableVariable(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): GraphQLError | undefined {
  if (!takesUnreadable(schema, operation)) return undefined;
  const { variableDefinitions = [] } = operation;
  const { coerced = {} } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 1 });
  const [first] = unreadablesIn(coerced);
  if (!first) return undefined;
  const error = badInput(first.field, first.problem, first.accepted);
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 400 } } });
}
