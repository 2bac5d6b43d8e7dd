import { type ReactNode } from "react";
import { ProfileSwitch } from "./profile-switch";
import { type Session } from "./session-store";
import { signOut } from "./session";
import { type Action } from "./use-playground";

/** Who is signed in, with a switch between the account's profiles and the way out. */
export function AccountPanel({ session, action }: { session: Session; action: Action }): ReactNode {
  const { account, profile, roles } = session.viewer;
  const special = roles.filter((role) => role !== "VIEWER");
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
      <ProfileSwitch session={session} action={action} />
      <button type="button" disabled={action.busy} onClick={() => action.run(signOut)}>
        Sign out
      </button>
    </section>
  );
}
