import { type Asked } from "../../scripts/abuse/ask.js";
import { emailOf, PASSWORD } from "./ground.js";

/** Asks a gateway on behalf of whoever has the token, or the key. */
export type Asking = (
  query: string,
  by?: { token?: string; apiKey?: string; variables?: Readonly<Record<string, unknown>> },
) => Promise<Asked>;

interface Prepared {
  perform: () => Promise<unknown>;
  probe: (gateway: Asking) => Promise<Asked>;
}

/** Something that ends what a token, a key or a stream may do. */
export interface Act {
  name: string;
  /** What is refused from then on. */
  probed: string;
  /** @param n whose account. */
  prepare(gateway: Asking, n: number): Promise<Prepared>;
}

const VIEWER = "{ viewer { profile { id } } }";
const EDITORIAL = "{ editorial { titles(first: 1) { edges { node { id } } } } }";
const TITLES = "{ titles(first: 1) { edges { node { id } } } }";
const HEARTBEAT =
  "mutation ($input: PlaybackInput!) { heartbeatPlayback(input: $input) { session { id } errors { code } } }";

/** The payload of a mutation that has to succeed. */
async function done<T>(asked: Promise<Asked>): Promise<T> {
  const { data, errors } = await asked;
  const [payload] = Object.values(data ?? {}) as { errors?: unknown[] }[];
  if (!payload || (payload.errors ?? []).length > 0) throw new Error(JSON.stringify({ data, errors }));
  return payload as T;
}

/** Signs an account in on one more device. */
async function signIn(gateway: Asking, n: number): Promise<string> {
  const query = `mutation { signIn(input: { email: "${emailOf(n)}", password: "${PASSWORD}" }) { accessToken errors { code } } }`;
  return (await done<{ accessToken: string }>(gateway(query))).accessToken;
}

const viewerBy = (token: string) => (gateway: Asking) => gateway(VIEWER, { token });

/** What the account's other device does to it. */
function fromElsewhere(query: string) {
  return async (gateway: Asking, n: number) => {
    const [mine, theirs] = [await signIn(gateway, n), await signIn(gateway, n)];
    return { perform: () => done(gateway(query, { token: mine })), probe: viewerBy(theirs) };
  };
}

export const ACTS: readonly Act[] = [
  {
    name: "signOut",
    probed: "the access token",
    async prepare(gateway, n) {
      const token = await signIn(gateway, n);
      return {
        perform: () => done(gateway("mutation { signOut { signedOut } }", { token })),
        probe: viewerBy(token),
      };
    },
  },
  {
    name: "endSession, of another device",
    probed: "its access token",
    async prepare(gateway, n) {
      const [mine, theirs] = [await signIn(gateway, n), await signIn(gateway, n)];
      const { data } = await gateway("{ viewer { sessions { id current } } }", { token: theirs });
      const { sessions } = data?.viewer as { sessions: { id: string; current: boolean }[] };
      const session = sessions.find(({ current }) => current)?.id;
      const query = `mutation { endSession(input: { session: "${session}" }) { endedSessionId errors { code } } }`;
      return { perform: () => done(gateway(query, { token: mine })), probe: viewerBy(theirs) };
    },
  },
  {
    name: "signOutEverywhere",
    probed: "another device's access token",
    prepare: fromElsewhere("mutation { signOutEverywhere { endedSessions errors { code } } }"),
  },
  {
    name: "signOutEverywhere, a stream under way",
    probed: "the stream's heartbeat",
    async prepare(gateway, n) {
      const [mine, theirs] = [await signIn(gateway, n), await signIn(gateway, n)];
      const start =
        'mutation { startPlayback(input: { title: "Title:film1", device: { codecs: [H264], height: 720, width: 1280, kind: WEB } }) { session { id } errors { code } } }';
      const { session } = await done<{ session: { id: string } }>(gateway(start, { token: theirs }));
      const variables = { input: { session: session.id } };
      return {
        perform: () => done(gateway("mutation { signOutEverywhere { errors { code } } }", { token: mine })),
        probe: (at) => at(HEARTBEAT, { token: theirs, variables }),
      };
    },
  },
  {
    name: "changeRoles, EDITOR taken",
    probed: "what editors may",
    async prepare(gateway, n) {
      const [operator, token] = [await signIn(gateway, 0), await signIn(gateway, n)];
      const query = `mutation { changeRoles(input: { email: "${emailOf(n)}", take: [EDITOR] }) { errors { code } } }`;
      return {
        perform: () => done(gateway(query, { token: operator })),
        probe: (at) => at(EDITORIAL, { token }),
      };
    },
  },
  {
    name: "deleteProfile",
    probed: "the profile's access token",
    async prepare(gateway, n) {
      const mine = await signIn(gateway, n);
      const select = `mutation { selectProfile(input: { profile: "Profile:profile${n}b" }) { accessToken errors { code } } }`;
      const theirs = await done<{ accessToken: string }>(
        gateway(select, { token: await signIn(gateway, n) }),
      );
      const query = `mutation { deleteProfile(input: { profile: "Profile:profile${n}b" }) { errors { code } } }`;
      return { perform: () => done(gateway(query, { token: mine })), probe: viewerBy(theirs.accessToken) };
    },
  },
  {
    name: "eraseMyAccount",
    probed: "another device's access token",
    prepare: fromElsewhere(
      `mutation { eraseMyAccount(input: { idempotencyKey: "bench", password: "${PASSWORD}" }) { errors { code } } }`,
    ),
  },
  {
    name: "revokeApiKey",
    probed: "the key",
    async prepare(gateway, n) {
      const operator = { token: await signIn(gateway, 0) };
      const create = `mutation { createApiKey(input: { name: "bench ${n}", scope: ["Query.titles"] }) { key apiKey { id } errors { code } } }`;
      const { key, apiKey } = await done<{ key: string; apiKey: { id: string } }>(gateway(create, operator));
      const query = `mutation { revokeApiKey(input: { apiKey: "${apiKey.id}" }) { errors { code } } }`;
      return { perform: () => done(gateway(query, operator)), probe: (at) => at(TITLES, { apiKey: key }) };
    },
  },
];
