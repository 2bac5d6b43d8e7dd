import { type ReactNode, useEffect } from "react";
import { AccountPanel } from "./account-panel";
import { currentSession, setState } from "./session-store";
import { verifySession } from "./session";
import { SignInForm } from "./sign-in-form";
import { demoTenants } from "./tenants";
import { useAction, usePlayground } from "./use-playground";

/** The strip above GraphiQL: which tenant, whether to explain, and who asks. */
export function Bar(): ReactNode {
  const state = usePlayground();
  const session = currentSession(state);
  const action = useAction();
  const { run, clear } = action;
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
        <TenantPicker tenant={state.tenant} onChange={changeTenant} />
        <ExplainSwitch on={state.explain} />
        {session ? (
          <AccountPanel session={session} action={action} />
        ) : (
          <SignInForm key={state.tenant} tenant={state.tenant} action={action} />
        )}
      </div>
      {action.error ? (
        <p id="account-error" className="bar-error" role="alert">
          {action.error}
        </p>
      ) : null}
    </header>
  );
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
