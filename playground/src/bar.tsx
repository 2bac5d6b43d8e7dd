import { type ReactNode, useEffect, useState } from "react";
import { AccountPanel } from "./session/account-panel";
import { currentSession, type PlaygroundState, setState } from "./session/session-store";
import { verifySession } from "./session/session";
import { SignInForm } from "./session/sign-in-form";
import { demoTenants } from "./session/tenants";
import { useAction, usePlayground } from "./session/use-playground";

/** The strip above GraphiQL: which tenant, whether to explain, and who asks. A narrow screen opens it by a button. */
export function Bar(): ReactNode {
  const state = usePlayground();
  const session = currentSession(state);
  const action = useAction();
  const [open, setOpen] = useState(false);
  const { run, clear } = action;
  // What it was opened for is done.
  const who = session?.viewer.profile?.id;
  useEffect(() => setOpen(false), [who]);
  useEffect(() => run(verifySession), [run]);
  const changeTenant = (tenant: string) => {
    clear();
    setState({ tenant });
  };

  return (
    <header className="bar">
      <div className="bar-row">
        <h1 className="wordmark">
          <span>Marquee</span>
        </h1>
        <ExplainSwitch on={state.explain} />
        <button
          type="button"
          className="bar-toggle"
          aria-expanded={open}
          aria-controls="bar-panel"
          onClick={() => setOpen(!open)}
        >
          {whoAsks(state)}
        </button>
        <div id="bar-panel" className="bar-panel" data-open={open}>
          <TenantPicker tenant={state.tenant} onChange={changeTenant} />
          {session ? (
            <AccountPanel key={state.tenant} session={session} action={action} />
          ) : (
            <SignInForm key={state.tenant} tenant={state.tenant} action={action} />
          )}
        </div>
      </div>
      {action.error ? (
        <p id="account-error" className="bar-error" role="alert">
          {action.error}
        </p>
      ) : null}
    </header>
  );
}

/** Tenant and account in few words. */
function whoAsks(state: PlaygroundState): string {
  const tenant = demoTenants.find(({ slug }) => slug === state.tenant)?.name ?? state.tenant;
  const viewer = currentSession(state)?.viewer;
  return `${tenant} · ${viewer?.account?.email.split("@")[0] ?? viewer?.profile?.name ?? "visitor"}`;
}

function TenantPicker({
  tenant,
  onChange,
}: {
  tenant: string;
  onChange: (tenant: string) => void;
}): ReactNode {
  const known = demoTenants.some(({ slug }) => slug === tenant);
  return (
    <label className="field">
      <span>Tenant</span>
      <select value={tenant} onChange={(event) => onChange(event.target.value)}>
        {demoTenants.map(({ slug, name, holds }) => (
          <option key={slug} value={slug}>
            {name} · {holds}
          </option>
        ))}
        {known ? null : <option value={tenant}>{tenant}</option>}
      </select>
    </label>
  );
}

function ExplainSwitch({ on }: { on: boolean }): ReactNode {
  return (
    <label className="switch" title="Ask for every store call behind an answer (x-marquee-explain: 1)">
      <input
        type="checkbox"
        role="switch"
        checked={on}
        onChange={(event) => setState({ explain: event.target.checked })}
      />
      <i aria-hidden="true" />
      <span>Explain</span>
    </label>
  );
}
