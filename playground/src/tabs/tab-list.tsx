import { pick, useGraphiQL } from "@graphiql/react";
import { useLayoutEffect } from "react";

/**
 * Says to screen readers what GraphiQL's row of tabs is. In it a tab holds two buttons, to show it and to close it, which
 * the role "tab" does not allow: whoever reads it would not be told of them. It is a list of buttons, one of them current.
 */
export function TabList(): null {
  const { tabs, activeTabIndex } = useGraphiQL(pick("tabs", "activeTabIndex"));
  useLayoutEffect(() => {
    document.querySelector(".graphiql-tabs")?.setAttribute("role", "list");
    document.querySelectorAll(".graphiql-tab").forEach((item, index) => {
      item.setAttribute("role", "listitem");
      item.removeAttribute("aria-selected");
      const [button, close] = item.querySelectorAll("button");
      button?.setAttribute("aria-current", String(index === activeTabIndex));
      close?.setAttribute("aria-label", `Close ${tabs[index]?.title ?? "tab"}`);
    });
    const panel = document.getElementById("graphiql-session");
    panel?.setAttribute("role", "region");
  }, [tabs, activeTabIndex]);
  return null;
}
