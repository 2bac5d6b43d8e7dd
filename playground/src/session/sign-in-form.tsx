import { type FormEvent, type ReactNode, useState } from "react";
import { signIn } from "./session";
import { demoAccounts, demoEmail, demoPassword } from "./tenants";
import { type Action } from "./use-playground";

const other = "other";

/** The sign-in box: a demo account with its password filled in, or any other e-mail address. */
export function SignInForm({ tenant, action }: { tenant: string; action: Action }): ReactNode {
  const [email, setEmail] = useState(demoEmail(demoAccounts[0], tenant));
  const [password, setPassword] = useState(demoPassword);
  const account = demoAccounts.find((name) => demoEmail(name, tenant) === email) ?? other;

  const chooseAccount = (chosen: string) => {
    setEmail(chosen === other ? "" : demoEmail(chosen, tenant));
    setPassword(chosen === other ? "" : demoPassword);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    action.run(() => signIn(email, password));
  };

  return (
    <form className="account" aria-label="Sign in" onSubmit={submit}>
      <label className="field">
        <span>Demo account</span>
        <select value={account} onChange={(event) => chooseAccount(event.target.value)}>
          {demoAccounts.map((name) => (
            <option key={name} value={name}>
              {capitalised(name)}
            </option>
          ))}
          <option value={other}>Another…</option>
        </select>
      </label>
      <label className="field">
        <span>E-mail</span>
        <input
          type="email"
          className="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </label>
      <label className="field">
        <span>Password</span>
        <input
          type="password"
          className="password"
          autoComplete="current-password"
          required
          value={password}
          aria-invalid={action.error !== null}
          aria-describedby={action.error ? "account-error" : undefined}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <button type="submit" className="primary" disabled={action.busy}>
        {action.busy ? "Signing in…" : "Sign in"}
      </button>
    </form>
  );
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
