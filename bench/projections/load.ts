// Mutations over HTTP at a rate that does not wait for answers: renames of titles, progress and ratings.
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import { type Ground } from "./ground.js";
import { type Sighting, type Write } from "./sightings.js";

const ERRORS = "errors { code message }";
const MUTATIONS = {
  putTitle: `mutation ($input: PutTitleInput!) { answer: putTitle(input: $input) { version ${ERRORS} } }`,
  recordProgress: `mutation ($input: RecordProgressInput!) { answer: recordProgress(input: $input) { ${ERRORS} } }`,
  rateTitle: `mutation ($input: RateTitleInput!) { answer: rateTitle(input: $input) { ${ERRORS} } }`,
};
/** Shares of the mutations; the rest are renames. */
const PROGRESS = 0.7;
const RATINGS = 0.15;
/** Requests under way at most: what is due beyond is not sent, and counted as missed. */
const MOST_UNDER_WAY = 200;
const CONNECTIONS = 64;
const TURN_MS = 5;
const LETTERS = "bcdfghjklmnpqrstvwxz";

/** What was sent for a time. */
export interface Sent {
  acknowledged: number;
  /** Due, and not sent. */
  missed: number;
  /** How often each code was answered. */
  errors: Map<string, number>;
  /** Milliseconds until each acknowledgement. */
  took: number[];
}

interface Payload {
  version?: number;
  errors: { code: string }[];
}

interface Answer {
  data?: { answer?: Payload | null } | null;
  errors?: { extensions?: { code?: string } }[];
}

interface Writer {
  id: string;
  token: string;
}

type Input = Record<string, unknown> & { title?: string };

export class Load {
  #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #names = 0;
  #waiting = new Set<string>();
  #underWay = 0;
  #watched: readonly string[];
  readonly #url: URL;
  readonly #profiles: readonly Writer[];
  readonly #editor: string;
  readonly #edited: readonly { id: string; version: number }[];

  /**
   * @param sightings are told what was acknowledged; a title is renamed again only when all of them that look at titles
   *   have seen its name.
   */
  constructor(
    { url, world }: Pick<Ground, "url" | "world">,
    private readonly sightings: readonly Sighting[],
  ) {
    this.#url = new URL(`${url}/graphql`);
    this.#profiles = world.profiles.map((id) => ({ id, token: world.tokens.get(id)! }));
    this.#editor = world.editor;
    this.#watched = world.watched;
    // The first are left to poison.
    this.#edited = world.titles.slice(POISON_TITLES).map((id) => ({ id, version: world.versions.get(id)! }));
  }

  /** Sends for a time. @returns what was acknowledged, how fast, and what went wrong. */
  async run(rate: number, seconds: number): Promise<Sent & { perSecond: number }> {
    const figures: Sent = { acknowledged: 0, missed: 0, errors: new Map(), took: [] };
    const begun = performance.now();
    for (let sent = 0; performance.now() < begun + seconds * 1_000; await sleep(TURN_MS)) {
      for (const due = ((performance.now() - begun) / 1_000) * rate; sent < due; sent += 1) {
        if (this.#underWay < MOST_UNDER_WAY) void this.#one(figures);
        else figures.missed += 1;
      }
    }
    // What is acknowledged later was not acknowledged at this rate.
    const acknowledged = figures.acknowledged;
    while (this.#underWay > 0) await sleep(20);
    return { ...figures, acknowledged, perSecond: acknowledged / seconds };
  }

  close(): void {
    this.#agent.destroy();
  }

  #one(figures: Sent): Promise<unknown> {
    const dice = Math.random();
    if (dice < PROGRESS) return this.#progress(figures);
    if (dice < PROGRESS + RATINGS) return this.#rating(figures);
    return this.#rename(figures);
  }

  async #progress(figures: Sent): Promise<void> {
    const [profile, title] = [pick(this.#profiles), pick(this.#watched)];
    const input = {
      title: `Title:${title}`,
      positionSeconds: 1 + Math.floor(Math.random() * 3_000),
      device: "TV",
    };
    const sentAt = Date.now();
    if (await this.#send(figures, "recordProgress", input, profile.token))
      void this.#acknowledged("watch", { key: `${profile.id} ${title}`, profile: profile.id, title, sentAt });
  }

  #rating(figures: Sent): Promise<unknown> {
    const [profile, title] = [pick(this.#profiles), pick(this.#watched)];
    const input = { title: `Title:${title}`, rating: 1 + Math.floor(Math.random() * 5) };
    return this.#send(figures, "rateTitle", input, profile.token);
  }

  async #rename(figures: Sent): Promise<void> {
    const title = this.#nextTitle();
    if (!title) return void (figures.missed += 1);
    this.#waiting.add(title.id);
    const name = `Bench ${word((this.#names += 1))}`;
    const input = { id: `Title:${title.id}`, expectedVersion: title.version, name };
    const answer = await this.#send(figures, "putTitle", input, this.#editor);
    if (answer?.version) title.version = answer.version;
    const seen = answer ? this.#acknowledged("title", { key: title.id, title: title.id, name }) : [];
    await Promise.all(seen);
    this.#waiting.delete(title.id);
  }

  #nextTitle(): { id: string; version: number } | undefined {
    for (let tries = 0; tries < 50; tries += 1) {
      const title = pick(this.#edited);
      if (!this.#waiting.has(title.id)) return title;
    }
    return undefined;
  }

  #acknowledged(kind: Sighting["kind"], write: Omit<Write, "at">): Promise<void>[] {
    const at = performance.now();
    return this.sightings
      .filter((sighting) => sighting.kind === kind)
      .map((sighting) => sighting.expect({ ...write, at }));
  }

  /** The payload where it is without errors. */
  async #send(
    figures: Sent,
    mutation: keyof typeof MUTATIONS,
    input: Input,
    token: string,
  ): Promise<Payload | undefined> {
    const begun = performance.now();
    this.#underWay += 1;
    try {
      const { data, errors } = await this.#ask(MUTATIONS[mutation], { input }, token);
      const wrong = errors?.[0]?.extensions?.code ?? data?.answer?.errors[0]?.code;
      if (!wrong) {
        figures.acknowledged += 1;
        figures.took.push(performance.now() - begun);
        return data?.answer ?? undefined;
      }
      // Not licensed to the profile, or above its limit: not asked for again.
      if (wrong === "TITLE_NOT_FOUND")
        this.#watched = this.#watched.filter((id) => `Title:${id}` !== input.title);
      figures.errors.set(wrong, (figures.errors.get(wrong) ?? 0) + 1);
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      const why = code ?? name;
      figures.errors.set(why, (figures.errors.get(why) ?? 0) + 1);
    } finally {
      this.#underWay -= 1;
    }
    return undefined;
  }

  /** One request on a connection that is kept; the answer as JSON. */
  #ask(query: string, variables: object, token: string): Promise<Answer> {
    const body = JSON.stringify({ query, variables });
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, {
        method: "POST",
        agent: this.#agent,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          authorization: `Bearer ${token}`,
        },
        timeout: 20_000,
      });
      sent.once("timeout", () => sent.destroy(Object.assign(new Error("timeout"), { code: "TIMEOUT" })));
      sent.once("error", reject);
      sent.once("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString()) as Answer));
      });
      sent.end(body);
    });
  }
}

/** Titles that nobody renames: they are poisoned. */
export const POISON_TITLES = 50;

function pick<T>(list: readonly T[]): T {
  return list[Math.floor(Math.random() * list.length)]!;
}

/** A word that no other title has. */
function word(number: number): string {
  let rest = number;
  let text = "q";
  for (let at = 0; at < 6; at += 1) {
    text += LETTERS.charAt(rest % LETTERS.length);
    rest = Math.floor(rest / LETTERS.length);
  }
  return text;
}
