import {
  type CreditRole,
  type EpisodeDocument,
  type NamedRef,
  type SeasonDocument,
  type TitleDocument,
} from "../datasources/core/title.document.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { toGlobalId } from "./request/global-id.js";

/** A person, genre or studio as GraphQL reads it. */
export class NamedValue {
  constructor(
    readonly tenant: Tenant,
    readonly __typename: "Person" | "Genre" | "Studio",
    private readonly ref: NamedRef,
  ) {}

  get id(): string {
    return toGlobalId(this.tenant, this.__typename, this.ref.id);
  }
  get localId(): string {
    return this.ref.id;
  }
  get name(): string {
    return this.ref.name;
  }
}

/** A credit as GraphQL reads it. */
export interface CreditValue {
  role: CreditRole;
  character: string | null;
  person: NamedValue;
}

/**
 * A title document as GraphQL reads it: fields are plain property reads, and what costs something (ids, nested
 * objects) is made only when it is asked for.
 */
export class TitleValue {
  constructor(
    readonly tenant: Tenant,
    readonly document: TitleDocument,
  ) {}

  get __typename(): "Movie" | "Series" {
    return this.document.kind === "MOVIE" ? "Movie" : "Series";
  }
  get id(): string {
    return toGlobalId(this.tenant, "Title", this.document.id);
  }
  get localId(): string {
    return this.document.id;
  }
  get externalId(): string {
    return this.document.id;
  }
  get name(): string {
    return this.document.name;
  }
  get alternativeNames(): string[] {
    return this.document.alternativeNames;
  }
  get kind(): string {
    return this.document.kind;
  }
  get state(): string {
    return this.document.state;
  }
  get synopsis(): string | null {
    return this.document.synopsis;
  }
  get releaseYear(): number | null {
    return this.document.releaseYear;
  }
  get runtimeMinutes(): number | null {
    return this.document.runtimeMinutes;
  }
  get maturityRating(): string {
    return this.document.maturityRating;
  }
  get tags(): string[] {
    return this.document.tags;
  }
  get popularity(): number {
    return this.document.popularity;
  }
  get addedAt(): string {
    return this.document.addedAt;
  }
  get version(): number {
    return this.document.latestVersion ?? this.document.version;
  }
  get genres(): NamedValue[] {
    return this.document.genres.map((genre) => new NamedValue(this.tenant, "Genre", genre));
  }
  get studio(): NamedValue | null {
    const { studio } = this.document;
    return studio && new NamedValue(this.tenant, "Studio", studio);
  }
  credits({ role }: { role?: CreditRole | null }): CreditValue[] {
    return this.document.credits
      .filter((credit) => role == null || credit.role === role)
      .map((credit) => ({
        role: credit.role,
        character: credit.character,
        person: new NamedValue(this.tenant, "Person", credit.person),
      }));
  }
  get availability(): { country: string | null; from: string; until: string | null }[] {
    return this.document.licences.flatMap(({ countries, from, until }) =>
      countries.map((country) => ({ country: country === "*" ? null : country, from, until })),
    );
  }
  get seasons(): SeasonValue[] {
    return this.document.seasons.map((season) => new SeasonValue(this.tenant, this.document.id, season));
  }
}

/** A season of a series; its local id is `<title>/<season number>`. */
export class SeasonValue {
  readonly __typename = "Season";

  constructor(
    private readonly tenant: Tenant,
    private readonly titleId: string,
    private readonly season: SeasonDocument,
  ) {}

  get id(): string {
    return toGlobalId(this.tenant, "Season", `${this.titleId}/${this.season.number}`);
  }
  get number(): number {
    return this.season.number;
  }
  get name(): string {
    return this.season.name;
  }
  get episodes(): EpisodeValue[] {
    return this.season.episodes.map(
      (episode) => new EpisodeValue(this.tenant, `${this.titleId}/${this.season.number}`, episode),
    );
  }
}

/** An episode; its local id is `<title>/<season number>/<episode number>`. */
export class EpisodeValue {
  readonly __typename = "Episode";

  constructor(
    private readonly tenant: Tenant,
    private readonly seasonId: string,
    private readonly episode: EpisodeDocument,
  ) {}

  get id(): string {
    return toGlobalId(this.tenant, "Episode", `${this.seasonId}/${this.episode.number}`);
  }
  get number(): number {
    return this.episode.number;
  }
  get name(): string {
    return this.episode.name;
  }
  get runtimeMinutes(): number | null {
    return this.episode.runtimeMinutes;
  }
}
