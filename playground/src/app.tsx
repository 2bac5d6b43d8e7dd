import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { type ReactNode } from "react";
import { Bar } from "./bar";
import { useMarqueeEditorTheme } from "./editor-theme";
import { exampleTabs } from "./examples";
import { fetcher } from "./fetcher";
import { forgetTabs, playgroundStorage } from "./storage";

// Module constants: GraphiQL rebuilds its plugins when it is handed a new array.
const plugins = [HISTORY_PLUGIN];

/** The whole page: Marquee's bar above GraphiQL with the example tabs. */
export function App(): ReactNode {
  useMarqueeEditorTheme();
  return (
    <>
      <Bar />
      <main className="workbench">
        <GraphiQL
          fetcher={fetcher}
          storage={playgroundStorage}
          defaultTabs={exampleTabs}
          defaultEditorToolsVisibility="variables"
          plugins={plugins}
        >
          <GraphiQL.Logo>
            <button type="button" className="quiet" onClick={restoreExamples}>
              Restore examples
            </button>
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

function restoreExamples(): void {
  forgetTabs();
  location.reload();
}
