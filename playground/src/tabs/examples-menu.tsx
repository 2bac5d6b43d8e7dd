import { DropdownMenu, pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { type ReactNode } from "react";
import { type Example, examples } from "./examples";

/** The examples to choose from; one opens in a tab of its own, or the tab that shows it already comes to the front. */
export function ExamplesMenu(): ReactNode {
  const open = useOpenExample();
  return (
    // Not modal: it would hide what has the keyboard from screen readers.
    <DropdownMenu modal={false}>
      <DropdownMenu.Button className="quiet">Examples</DropdownMenu.Button>
      <DropdownMenu.Content align="end" className="examples">
        {examples.map((example) => (
          <DropdownMenu.Item key={example.name} onSelect={() => open(example)}>
            <strong>{example.name}</strong>
            <span>{example.about}</span>
          </DropdownMenu.Item>
        ))}
      </DropdownMenu.Content>
    </DropdownMenu>
  );
}

function useOpenExample(): (example: Example) => void {
  const { tabs, queryEditor, variableEditor } = useGraphiQL(pick("tabs", "queryEditor", "variableEditor"));
  const actions = useGraphiQLActions();
  return (example) => {
    const at = tabs.findIndex(({ query }) => query?.trim() === example.query);
    if (at >= 0) return actions.changeTab(at);
    actions.addTab();
    queryEditor?.setValue(example.query);
    variableEditor?.setValue(example.variables ?? "");
    actions.updateActiveTabValues({
      query: example.query,
      variables: example.variables ?? null,
      operationName: example.name,
    });
  };
}
