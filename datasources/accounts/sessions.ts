import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";

/** What a session was used from, as far as it is known. */
export interface SeenFrom {
  /** What it calls itself: "Firefox on Linux". */
  device: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

/** A session to open. */
export interface NewSession extends SeenFrom {
  /** SHA-256 of its refresh token. */
  tokenHash: string;
  /** Null for a profile without an account. */
  accountId: string | null;
  profileId: string;
  /** ISO 8601. */
  expiresAt: string;
  /** The session that opens it, which has to be there still, and whose device it is of; null where a password does. */
  openedBy: string | null;
  /** Hash of the password that was found right, which the account has to have still; null where none was asked for. */
  passwordHash: string | null;
  /** Whether its refresh token is given out. */
  prolongable: boolean;
  /** Who opens it in its owner's name; the owner unless given. */
  by?: "command";
}

/** A session that was opened. */
export interface OpenedSession {
  id: string;
  /** Whether it can be prolonged: not where it was opened by one that cannot. */
  prolongable: boolean;
}

/** What takes the place of a refresh token. */
export interface NextToken extends SeenFrom {
  /** SHA-256 of it. */
  tokenHash: string;
  /** What it was made with, of the one before. */
  salt: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** A session that was prolonged, now or moments before. */
export interface Renewed {
  session: string;
  account: string;
  profile: string;
  /** What the next token was made with. */
  salt: string;
  /** When. ISO 8601. */
  at: string;
}

/** A device that an account, or a profile without one, is signed in on. */
export interface DeviceRecord extends SeenFrom {
  id: string;
  /** Whether the session asked for is one of it. */
  current: boolean;
  /** When it last got a token. ISO 8601. */
  lastSeenAt: string;
}

/** Whose sessions. */
export interface SessionOwner {
  /** Null for a profile without an account, which has those of the profile. */
  accountId: string | null;
  profileId: string;
}

/** Which of them: those of the device that a session is of, those of a device, or all. */
export type WhichSessions = { session: string } | { device: string } | "ALL";

/** For how long a used refresh token is answered as when it was used. Seconds. */
export const REUSE_SECONDS = 10;

/** Who is signed in where. */
export interface Sessions {
  /**
   * Opens a session, which lasts no longer than one that opens it and cannot be prolonged; null where the profile, or the
   * session that opens it, is gone, the account has another password by now, or its owner has asked to be forgotten. What
   * ends an account's sessions at the same moment ends this one too, or has it not opened.
   */
  open(tenant: Tenant, session: NewSession): Promise<OpenedSession | null>;
  /**
   * Puts another refresh token in the place of one, which is used up; the session stays the same. For {@link REUSE_SECONDS}
   * a used one is answered what took its place then, and changes nothing; after that its use ends all sessions of the
   * device (RFC 9700, 4.14).
   *
   * @returns null where no session has that token, or it has expired, or it was used before.
   */
  renew(tenant: Tenant, tokenHash: string, next: NextToken): Promise<Renewed | null>;
  /** Devices with a session that goes on, those seen last first; one store call. */
  devices(request: StoreRequest, owner: SessionOwner, session: string): Promise<DeviceRecord[]>;
  /** Ends sessions of an owner; answers how many there were. */
  end(tenant: Tenant, owner: SessionOwner, which: WhichSessions): Promise<number>;
}
