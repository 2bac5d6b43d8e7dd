import { type Answer, type GraphqlRequest, PlainError } from "../answer/graphql";
import { type SessionPayload } from "./documents";
import { type Session } from "./session-store";

/** A session that was refused, and by which code. */
export class SessionRefused extends PlainError {
  constructor(
    message: string,
    readonly code: string | undefined,
  ) {
    super(message);
  }
}

/** Sends a mutation whose field `session` is a SessionPayload, by `post`. Throws {@link SessionRefused}, or PlainError without an answer. */
export async function openSession(
  query: string,
  input: Record<string, string>,
  post: (request: GraphqlRequest) => Promise<Answer<{ session: SessionPayload | null }>>,
): Promise<Session> {
  const { body } = await post({ query, variables: { input } });
  const payload = body.data?.session;
  const [refusal] = payload?.errors ?? [];
  if (refusal) throw new SessionRefused(refusal.message, refusal.code);
  const [error] = body.errors ?? [];
  if (error) throw new SessionRefused(error.message, error.extensions?.code);
  if (!payload?.accessToken || !payload.viewer) {
    throw new PlainError("The gateway answered without a token. Please try again.");
  }
  const { accessToken, refreshToken, expiresAt, viewer } = payload;
  return { accessToken, refreshToken, expiresAt, viewer };
}
