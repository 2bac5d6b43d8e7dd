import { pick, useGraphiQL } from "@graphiql/react";
import { type DocumentNode, parse } from "graphql";
import { useCallback, useMemo, useSyncExternalStore } from "react";

/** The document in the editor: its text as it is now, its nodes where it can be parsed, and a way to change it that can be undone there. */
export interface EditedDocument {
  text: string;
  document: DocumentNode | null;
  change: (text: string) => void;
}

/** The document of the tab in front. */
export function useDocument(): EditedDocument {
  const { queryEditor } = useGraphiQL(pick("queryEditor"));
  const subscribe = useCallback(
    (listener: () => void) => {
      const subscription = queryEditor?.onDidChangeModelContent(listener);
      return () => subscription?.dispose();
    },
    [queryEditor],
  );
  const text = useSyncExternalStore(subscribe, () => queryEditor?.getValue() ?? "");
  const document = useMemo(() => parsed(text), [text]);
  const change = (changed: string) => {
    const range = queryEditor?.getModel()?.getFullModelRange();
    if (!queryEditor || !range) return;
    queryEditor.pushUndoStop();
    queryEditor.executeEdits("query builder", [{ range, text: changed }]);
    queryEditor.pushUndoStop();
  };
  return { text, document, change };
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
