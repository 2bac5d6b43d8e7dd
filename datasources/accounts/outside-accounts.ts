import { type Role } from "../core/vocabulary.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** Somebody whom an identity provider vouches for. */
export interface OutsideAccount {
  issuer: string;
  /** What it knows them by. */
  subject: string;
  /** Null where it has verified none. */
  email: string | null;
  roles: Role[];
  /** When it said so: of two that differ, the later one stands. */
  toldAt: Date;
  /** Id of the session that it speaks of, which is nobody else's. */
  session: string;
  /** For how long it speaks. */
  expiresAt: Date;
}

/** Accounts that an identity provider signs in. */
export interface OutsideAccounts {
  /**
   * Whom a token of a provider speaks for: their account, made with a profile at first sight, and their session, which is
   * opened or goes on for longer.
   *
   * @returns null where the session was ended here.
   * @throws StoreUnavailableError when the store does not answer.
   */
  meet(
    tenant: Tenant,
    outside: OutsideAccount,
  ): Promise<{ account: string; profile: string; session: string } | null>;
  /** Whether an account is one of these. */
  has(request: StoreRequest, accountId: string): Promise<boolean>;
}
