import { pick, useGraphiQL } from "@graphiql/react";
import { useEffect } from "react";

/** Lets an entry of GraphiQL's history be called what it shows: all of them are labelled "Set active". */
export function HistoryNames(): null {
  const { visiblePlugin } = useGraphiQL(pick("visiblePlugin"));
  useEffect(() => {
    const pane = document.querySelector(".graphiql-plugin");
    if (!pane) return;
    const rename = () =>
      pane
        .querySelectorAll(".graphiql-history-item-label[aria-label]")
        .forEach((entry) => entry.removeAttribute("aria-label"));
    rename();
    const observer = new MutationObserver(rename);
    observer.observe(pane, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [visiblePlugin]);
  return null;
}
