import {
  Kind,
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  type FieldNode,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from "graphql";

/**
 * The fields that a client selects below the current one, as paths (`edges.highlights`), fragments resolved and
 * skipped fields left out. Tells a store what need not be computed; selections of interfaces are taken together.
 *
 * @param depth how many levels down to look.
 */
export function selectedFields(info: GraphQLResolveInfo, depth: number): Set<string> {
  const found = new Set<string>();
  for (const node of info.fieldNodes) collect(info, node.selectionSet, "", depth, found);
  return found;
}

function collect(
  info: GraphQLResolveInfo,
  set: SelectionSetNode | undefined,
  prefix: string,
  depth: number,
  found: Set<string>,
): void {
  if (depth === 0) return;
  for (const selection of set?.selections ?? []) {
    if (!isIncluded(info, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const path = prefix + selection.name.value;
      found.add(path);
      collect(info, selection.selectionSet, `${path}.`, depth - 1, found);
    } else {
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
      collect(info, fragment?.selectionSet, prefix, depth, found);
    }
  }
}

function isIncluded(info: GraphQLResolveInfo, node: Pick<FieldNode, "directives">): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, info.variableValues);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues);
  return skip?.if !== true && include?.if !== false;
}
