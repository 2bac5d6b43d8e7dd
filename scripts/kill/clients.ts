import { setTimeout as sleep } from "node:timers/promises";

import { type Random } from "../random.js";
import { type EditedTitle, type Ledger } from "./ledger.js";

/** A profile that writes. */
export interface Writer {
  id: string;
  token: string;
}

/** What a client has for itself, and what it shares. */
export interface ClientOptions {
  name: string;
  random: Random;
  gateways: readonly { url: string; up: boolean }[];
  ledger: Ledger;
  tenant: { slug: string };
  profiles: readonly Writer[];
  /** Access token of an editor. */
  editor: string;
  watched: readonly string[];
  edited: readonly EditedTitle[];
  /** Milliseconds to wait before the next write. */
  pauseMs(): number;
}

interface Payload {
  version?: number;
  errors: { field: string | null; code: string; message: string }[];
}

interface Response {
  data?: { answer?: Payload | null } | null;
  errors?: { extensions?: { code?: string } }[];
}

type Input = Record<string, unknown> & { title?: string; expectedVersion?: number };

const TRY_MS = 5_000;
/** Within the shortest title, because a position past the end is taken for the end. Seconds. */
const MAX_POSITION = 1_000;
const ERRORS = "errors { field code message }";
const MUTATIONS = {
  recordProgress: `mutation ($input: RecordProgressInput!) { answer: recordProgress(input: $input) { consistencyToken ${ERRORS} } }`,
  rateTitle: `mutation ($input: RateTitleInput!) { answer: rateTitle(input: $input) { consistencyToken ${ERRORS} } }`,
  addToWatchlist: `mutation ($input: WatchlistInput!) { answer: addToWatchlist(input: $input) { consistencyToken ${ERRORS} } }`,
  removeFromWatchlist: `mutation ($input: WatchlistInput!) { answer: removeFromWatchlist(input: $input) { consistencyToken ${ERRORS} } }`,
  putTitle: `mutation ($input: PutTitleInput!) { answer: putTitle(input: $input) { version consistencyToken ${ERRORS} } }`,
  publishTitle: `mutation ($input: TitleStateInput!) { answer: publishTitle(input: $input) { version consistencyToken ${ERRORS} } }`,
  archiveTitle: `mutation ($input: TitleStateInput!) { answer: archiveTitle(input: $input) { version consistencyToken ${ERRORS} } }`,
};

/**
 * One client: writes one thing after the other until it is told to stop, each again and again until it is acknowledged.
 * Its profiles and the titles that it edits are its own, so that what was acknowledged last is what must be there.
 */
export class Client {
  #edits = 0;
  #plays = 0;
  #watched: readonly string[];
  readonly #random: Random;

  constructor(private readonly options: ClientOptions) {
    this.#watched = options.watched;
    this.#random = options.random;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#one();
      await sleep(this.options.pauseMs());
    }
  }

  #one(): Promise<void> {
    const dice = this.#random.below(100);
    if (dice < 60) return this.#play();
    if (dice < 75) return this.#rate();
    if (dice < 85) return this.#list();
    return this.#edit(dice >= 95);
  }

  async #play(): Promise<void> {
    const [profile, title] = this.#pair();
    this.#plays += 1;
    const eventId = `${this.options.name}-${this.#plays}`;
    const positionSeconds = 1 + this.#random.below(MAX_POSITION);
    const completed = this.#random.chance(0.1);
    const input = { title: `Title:${title}`, positionSeconds, completed, device: "TV", eventId };
    await this.#write("recordProgress", input, profile.token, ({ events, progress }) => {
      events.set(`${profile.id}:${eventId}`, {
        tenant: this.options.tenant.slug,
        profile: profile.id,
        title,
      });
      const key = this.#key(profile, title);
      progress.set(key, {
        positionSeconds: completed ? 0 : positionSeconds,
        completed: completed || (progress.get(key)?.completed ?? false),
      });
    });
  }

  async #rate(): Promise<void> {
    const [profile, title] = this.#pair();
    const rating = this.#random.chance(0.1) ? null : 1 + this.#random.below(5);
    await this.#write("rateTitle", { title: `Title:${title}`, rating }, profile.token, ({ ratings }) =>
      ratings.set(this.#key(profile, title), rating),
    );
  }

  async #list(): Promise<void> {
    const [profile, title] = this.#pair();
    const add = this.#random.chance(0.6);
    const mutation = add ? "addToWatchlist" : "removeFromWatchlist";
    await this.#write(mutation, { title: `Title:${title}` }, profile.token, ({ watchlist }) =>
      watchlist.set(this.#key(profile, title), add),
    );
  }

  async #edit(ofState: boolean): Promise<void> {
    const title = this.#random.pick(this.options.edited);
    this.#edits += 1;
    const name = `Edit ${this.#edits} of ${this.options.name}`;
    const publish = title.state !== "PUBLISHED";
    const mutation = !ofState ? "putTitle" : publish ? "publishTitle" : "archiveTitle";
    const { version: expectedVersion } = title;
    const id = `Title:${title.id}`;
    const input = ofState ? { title: id, expectedVersion } : { id, expectedVersion, name };
    await this.#write(mutation, input, this.options.editor, ({ titles }) => {
      title.version += 1;
      if (ofState) title.state = publish ? "PUBLISHED" : "ARCHIVED";
      else title.name = name;
      titles.set(`${this.options.tenant.slug} ${title.id}`, { ...title });
    });
  }

  #pair(): [Writer, string] {
    return [this.#random.pick(this.options.profiles), this.#random.pick(this.#watched)];
  }

  #key(profile: Writer, title: string): string {
    return `${this.options.tenant.slug} ${profile.id} ${title}`;
  }

  /** Sends a write until somebody says what became of it. */
  async #write(
    mutation: keyof typeof MUTATIONS,
    input: Input,
    token: string,
    record: (ledger: Ledger) => void,
  ): Promise<void> {
    const { ledger } = this.options;
    const begun = performance.now();
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#send(mutation, input, token);
      const error = answer?.errors[0];
      // A try that was carried out but not answered has made the version that this one collides with.
      const mine =
        error?.code === "STALE_VERSION" && tries > 1 && answer?.version === Number(input.expectedVersion) + 1;
      if (answer && (!error || mine)) return ledger.acknowledge(record, performance.now() - begun);
      if (error) return this.#refused(error, mutation, input);
      ledger.retries += 1;
      await sleep(50 + this.#random.below(200));
    }
  }

  #refused({ code, message }: Payload["errors"][number], mutation: string, input: Input): void {
    this.options.ledger.refused += 1;
    if (code !== "TITLE_NOT_FOUND")
      throw new Error(`${mutation} ${JSON.stringify(input)}: ${code} ${message}`);
    // Not licensed in the profile's country, or above its limit.
    this.#watched = this.#watched.filter((title) => `Title:${title}` !== input.title);
  }

  /** The payload; nothing where no gateway answered with one. */
  async #send(mutation: keyof typeof MUTATIONS, input: Input, token: string): Promise<Payload | undefined> {
    const { gateways, ledger } = this.options;
    const up = gateways.filter((gateway) => gateway.up);
    const { url } = this.#random.pick(up.length > 0 ? up : gateways);
    try {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: MUTATIONS[mutation], variables: { input } }),
        signal: AbortSignal.timeout(TRY_MS),
      });
      const { data, errors } = (await response.json()) as Response;
      if (errors && !errors.every(({ extensions }) => RETRIED.has(extensions?.code ?? "")))
        ledger.unexplained.push(`${mutation} ${JSON.stringify(input)}: ${JSON.stringify(errors)}`);
      return data?.answer ?? undefined;
    } catch {
      return undefined;
    }
  }
}

const RETRIED = new Set(["STORE_UNAVAILABLE", "REQUEST_CANCELLED"]);
