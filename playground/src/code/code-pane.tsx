import { pick, useGraphiQL, useVariablesEditorState } from "@graphiql/react";
import { type ReactNode, useState } from "react";
import { useDocument } from "../builder/use-document";
import { endpoint } from "../endpoint";
import { currentSession, requestHeaders } from "../session/session-store";
import { usePlayground } from "../session/use-playground";
import { documentOf, linkTo, type Request, SNIPPETS } from "./snippets";

const forms = Object.keys(SNIPPETS);

/** The operation in the editor as code of a client, to be copied. */
export function CodePane(): ReactNode {
  const [form, setForm] = useState(forms[0] ?? "");
  const [withToken, setWithToken] = useState(false);
  const signedIn = currentSession(usePlayground()) !== undefined;
  const request = useRequest(withToken);
  return (
    <section className="pane code" aria-label="Code">
      <h2>Code</h2>
      <div className="segments" role="group" aria-label="Client">
        {forms.map((each) => (
          <button key={each} type="button" aria-pressed={each === form} onClick={() => setForm(each)}>
            {each}
          </button>
        ))}
      </div>
      {signedIn ? (
        <label className="choice">
          <input type="checkbox" checked={withToken} onChange={() => setWithToken(!withToken)} />
          <span>With my access token</span>
        </label>
      ) : null}
      {request ? (
        <Snippet code={SNIPPETS[form]?.(request) ?? ""} link={linkTo(document.baseURI, request)} />
      ) : (
        <p>There is no operation yet that can be read, or the variables are no JSON.</p>
      )}
    </section>
  );
}

function Snippet({ code, link }: { code: string; link: string }): ReactNode {
  return (
    <>
      <div className="copying">
        <CopyButton text={code}>Copy code</CopyButton>
        <CopyButton text={link}>Copy link to this query</CopyButton>
      </div>
      <pre tabIndex={0} aria-label="The code">
        <code>{code}</code>
      </pre>
    </>
  );
}

function CopyButton({ text, children }: { text: string; children: string }): ReactNode {
  const [said, setSaid] = useState<{ of: string; word: string } | null>(null);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setSaid({ of: text, word: "Copied" }),
      () => setSaid({ of: text, word: "Not allowed here" }),
    );
  return (
    <button type="button" onClick={() => void copy()}>
      {said?.of === text ? said.word : children}
    </button>
  );
}

/** What the run button would send now; null while it could not. */
function useRequest(withToken: boolean): Request | null {
  const state = usePlayground();
  const { text } = useDocument();
  const { operationName } = useGraphiQL(pick("operationName"));
  const [variables] = useVariablesEditorState();
  const query = documentOf(text, operationName);
  const parsed = variablesIn(variables);
  if (query === null || parsed === undefined) return null;
  const { authorization, ...headers } = requestHeaders(state);
  const token = authorization === undefined || withToken ? authorization : "Bearer <access token of signIn>";
  return {
    endpoint,
    headers: { ...headers, ...(token === undefined ? {} : { authorization: token }) },
    query,
    operationName: operationName || undefined,
    variables: parsed,
  };
}

/** The variables of the editor: null where there are none, undefined where they are no JSON object. */
function variablesIn(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? (value as Request["variables"]) : undefined;
  } catch {
    return undefined;
  }
}
