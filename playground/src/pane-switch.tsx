import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { type ReactNode, useEffect, useRef } from "react";
import { type Pane, showPane, usePane } from "./panes";

const panes: { pane: Pane; name: string }[] = [
  { pane: "query", name: "Query" },
  { pane: "answer", name: "Answer" },
];

/** Where the style sheets lay the page out for a phone. */
const narrow = matchMedia("(max-width: 720px)");

/** On narrow screens: query or answer. Running shows the answer, another tab its query; both close what covers them. */
export function PaneSwitch(): ReactNode {
  const shown = usePane();
  const actions = useGraphiQLActions();
  const { visiblePlugin } = useGraphiQL(pick("visiblePlugin"));
  useFollowing();
  const choose = (pane: Pane) => {
    actions.setVisiblePlugin(null);
    showPane(pane);
  };
  return (
    <div className="pane-switch segments" role="group" aria-label="Shown">
      {panes.map(({ pane, name }) => (
        <button
          key={pane}
          type="button"
          aria-pressed={!visiblePlugin && pane === shown}
          onClick={() => choose(pane)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function useFollowing(): void {
  const { isFetching, activeTabIndex, queryEditor } = useGraphiQL(
    pick("isFetching", "activeTabIndex", "queryEditor"),
  );
  const tabBefore = useRef(activeTabIndex);
  useEffect(() => {
    const wrap = () => queryEditor?.updateOptions({ wordWrap: narrow.matches ? "on" : "off" });
    wrap();
    narrow.addEventListener("change", wrap);
    return () => narrow.removeEventListener("change", wrap);
  }, [queryEditor]);
  useEffect(() => {
    if (isFetching) showPane("answer");
  }, [isFetching]);
  useEffect(() => {
    if (tabBefore.current !== activeTabIndex) showPane("query");
    tabBefore.current = activeTabIndex;
  }, [activeTabIndex]);
}
