import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./theme.css";
import "./bar.css";
import "./workbench.css";
import "./panes.css";
import "./answer.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { takeFromAddress } from "./tabs/address";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App askedFor={takeFromAddress()} />
    </StrictMode>,
  );
}
