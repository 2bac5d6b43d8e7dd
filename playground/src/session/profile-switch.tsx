import { type FormEvent, type ReactNode, useState } from "react";
import { type Profile } from "./documents";
import { SessionRefused } from "./open-session";
import { type Session } from "./session-store";
import { selectProfile } from "./session";
import { type Action } from "./use-playground";

/** A switch between the account's profiles, which asks for the password where leaving a kids profile takes it. */
export function ProfileSwitch({ session, action }: { session: Session; action: Action }): ReactNode {
  const { profile, profiles } = session.viewer;
  // The profile that is waiting for a password.
  const [wanted, setWanted] = useState<string | null>(null);
  const go = (chosen: string, password?: string) =>
    action.run(async () => {
      if (await isLetThrough(chosen, password)) setWanted(null);
      else setWanted(chosen);
    });

  return (
    <>
      <label className="field">
        <span>Profile</span>
        <select
          value={wanted ?? profile?.id ?? ""}
          disabled={action.busy}
          onChange={(event) => go(event.target.value)}
        >
          {profile ? null : <option value="">Choose…</option>}
          {profiles.map((each) => (
            <option key={each.id} value={each.id}>
              {describe(each)}
            </option>
          ))}
        </select>
      </label>
      {wanted === null ? null : (
        <PasswordForm
          action={action}
          onGiven={(password) => go(wanted, password)}
          onCancel={() => setWanted(null)}
        />
      )}
    </>
  );
}

/** Whether the switch was made; false where it takes a password first. Other refusals are thrown. */
async function isLetThrough(profile: string, password: string | undefined): Promise<boolean> {
  try {
    await selectProfile(profile, password);
    return true;
  } catch (reason) {
    if (reason instanceof SessionRefused && reason.code === "PASSWORD_REQUIRED") return false;
    throw reason;
  }
}

function PasswordForm({
  action,
  onGiven,
  onCancel,
}: {
  action: Action;
  onGiven: (password: string) => void;
  onCancel: () => void;
}): ReactNode {
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onGiven(password);
  };
  const cancel = () => {
    action.clear();
    onCancel();
  };
  return (
    <form className="leaving" aria-label="Leave the kids profile" onSubmit={submit}>
      <label className="field">
        <span>The account's password</span>
        <input
          type="password"
          className="password"
          autoComplete="current-password"
          autoFocus
          required
          value={password}
          aria-invalid={action.error !== null}
          aria-describedby={action.error ? "account-error" : undefined}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <button type="submit" className="primary" disabled={action.busy}>
        Leave
      </button>
      <button type="button" onClick={cancel}>
        Stay
      </button>
    </form>
  );
}

function describe({ name, maturityLimit }: Profile): string {
  return maturityLimit ? `${name} (up to ${maturityLimit})` : name;
}
