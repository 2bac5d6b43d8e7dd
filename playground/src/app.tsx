import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { type ReactNode } from "react";
import { AnswerFooter } from "./answer/answer-footer";
import { fetcher } from "./answer/fetcher";
import { Bar } from "./bar";
import { BuilderPane } from "./builder/builder-pane";
import { CodePane } from "./code/code-pane";
import { EditorTheme, editorThemes } from "./editor-theme";
import { HistoryNames } from "./history-names";
import { BuilderIcon, CodeIcon } from "./icons";
import { PaneSwitch } from "./pane-switch";
import { usePane } from "./panes";
import { SchemaDownload } from "./schema-download";
import { type AskedFor } from "./tabs/address";
import { AskedOperation } from "./tabs/asked-operation";
import { ExamplesMenu } from "./tabs/examples-menu";
import { examples } from "./tabs/examples";
import { playgroundStorage } from "./tabs/storage";
import { TabList } from "./tabs/tab-list";

// Module constants: GraphiQL rebuilds its plugins when it is handed a new array.
const plugins = [
  { title: "Query builder", icon: BuilderIcon, content: BuilderPane },
  { title: "Code", icon: CodeIcon, content: CodePane },
  HISTORY_PLUGIN,
];

/** The whole page: Marquee's bar above GraphiQL with the example tabs, and the document that was asked for in front. */
export function App({ askedFor }: { askedFor: AskedFor | null }): ReactNode {
  const asked = askedFor ? { initialQuery: askedFor.query, initialVariables: askedFor.variables } : {};
  return (
    <>
      <Bar />
      <main className="workbench" data-pane={usePane()}>
        <GraphiQL
          fetcher={fetcher}
          storage={playgroundStorage}
          defaultTabs={examples}
          defaultEditorToolsVisibility="variables"
          plugins={plugins}
          editorTheme={editorThemes}
          {...asked}
        >
          <GraphiQL.Logo>
            <SchemaDownload />
            <ExamplesMenu />
          </GraphiQL.Logo>
          <GraphiQL.Footer>
            <AnswerFooter />
          </GraphiQL.Footer>
          <PaneSwitch />
          <TabList />
          <EditorTheme />
          <HistoryNames />
          {askedFor?.operationName ? <AskedOperation name={askedFor.operationName} /> : null}
        </GraphiQL>
      </main>
    </>
  );
}
