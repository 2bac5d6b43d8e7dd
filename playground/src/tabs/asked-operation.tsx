import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { parse } from "graphql";
import { useEffect } from "react";

/** Puts the cursor into the operation of this name as soon as the editor is there: what is run is the operation at the cursor. */
export function AskedOperation({ name }: { name: string }): null {
  const editor = useGraphiQL((state) => state.queryEditor);
  const actions = useGraphiQLActions();
  useEffect(() => {
    const model = editor?.getModel();
    const start = model && startOf(model.getValue(), name);
    if (!model || start == null) return;
    const position = model.getPositionAt(start);
    editor?.setPosition(position);
    editor?.revealLineInCenterIfOutsideViewport(position.lineNumber);
    editor?.focus();
    actions.setOperationName(name);
  }, [editor, name, actions]);
  return null;
}

function startOf(text: string, name: string): number | undefined {
  try {
    const { definitions } = parse(text);
    return definitions.find((each) => "name" in each && each.name?.value === name)?.loc?.start;
  } catch {
    return undefined;
  }
}
