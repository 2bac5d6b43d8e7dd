import { type ReactNode } from "react";
import { type Profile } from "./documents";
import { type Session } from "./session-store";
import { selectProfile, signOut } from "./session";
import { type Action } from "./use-playground";

/** Who is signed in, with a switch between the account's profiles and the way out. */
export function AccountPanel({ session, action }: { session: Session; action: Action }): ReactNode {
  const { account, profile, profiles, roles } = session.viewer;
  const special = roles.filter((role) => role !== "VIEWER");
  const leave = () => {
    action.clear();
    signOut();
  };

  return (
    <section className="account" aria-label="Account">
      <p className="who" role="status">
        <span>Signed in as</span>
        <strong>{account?.email ?? profile?.name}</strong>
        {special.map((role) => (
          <em key={role} className="role">
            {role.toLowerCase()}
          </em>
        ))}
      </p>
      <label className="field">
        <span>Profile</span>
        <select
          value={profile?.id ?? ""}
          disabled={action.busy}
          onChange={(event) => {
            const chosen = event.target.value;
            action.run(() => selectProfile(chosen));
          }}
        >
          {profile ? null : <option value="">Choose…</option>}
          {profiles.map((each) => (
            <option key={each.id} value={each.id}>
              {describe(each)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={leave}>
        Sign out
      </button>
    </section>
  );
}

function describe({ name, maturityLimit }: Profile): string {
  return maturityLimit ? `${name} (up to ${maturityLimit})` : name;
}
