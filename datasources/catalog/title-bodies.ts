import { entityId } from "./entity-id.js";
import { type CheckedFields, type CheckedTitle } from "./title-rules.js";
import {
  TITLE_FIELD_NAMES,
  TITLE_FIELDS,
  type TitleFacts,
  type TitleFieldName,
} from "../core/title-fields.js";
import { EPISODE_FIELDS, SEASON_FIELDS } from "../core/season-fields.js";
import { heldOf } from "../core/title-field.js";
import { type NamedRef } from "../core/title.document.js";

/** Names whose ids are kept at hand; a catalogue repeats its people and genres. */
const REMEMBERED = 50_000;

/** The fields whose values are not what was stated, but made of it. */
type MadeField = {
  [K in TitleFieldName]: (typeof TITLE_FIELDS)[K]["made"] extends true ? K : never;
}[TitleFieldName];

type Makers = {
  [K in MadeField]: (stated: NonNullable<CheckedTitle[K]>, id: string) => TitleFacts[K];
};

/** Turns titles as imports and editors state them into what title versions hold. Keeps the ids of names that come again. */
export class TitleBodies {
  readonly #ids = new Map<string, string>();
  readonly #makers: Makers = {
    genres: (names) => this.#distinct(names),
    studio: (name) => this.#ref(name),
    credits: (credits) =>
      credits.map(({ role, character, person }) => ({
        role,
        character: character ?? null,
        person: this.#ref(person),
      })),
    licences: (licences) => licences.map((licence) => ({ ...licence, until: licence.until ?? null })),
    seasons: (seasons, id) => seasonsOf(seasons, id),
  };

  /** What of a title's body the fields given say, and nothing of the others; null says what a title has that is silent. */
  changes(id: string, fields: CheckedFields): Partial<TitleFacts> {
    const stated = TITLE_FIELD_NAMES.filter((name) => fields[name] !== undefined);
    return Object.fromEntries(stated.map((name) => [name, this.#valueOf(name, fields, id)]));
  }

  #valueOf(name: TitleFieldName, fields: CheckedFields, id: string): unknown {
    const stated = fields[name];
    const { absent, made } = TITLE_FIELDS[name];
    if (stated === null || stated === undefined) return absent;
    if (!made) return stated;
    const make = this.#makers[name as MadeField] as (value: unknown, of: string) => unknown;
    return make(stated, id);
  }

  #ref(name: string): NamedRef {
    let id = this.#ids.get(name);
    if (id === undefined) {
      if (this.#ids.size >= REMEMBERED) this.#ids.clear();
      id = entityId(name);
      this.#ids.set(name, id);
    }
    return { id, name };
  }

  #distinct(names: readonly string[]): NamedRef[] {
    return [...new Map(names.map((name) => this.#ref(name)).map((ref) => [ref.id, ref])).values()];
  }
}

function seasonsOf(stated: NonNullable<CheckedTitle["seasons"]>, id: string): TitleFacts["seasons"] {
  return inOrder(stated).map((season) => {
    const { number, name = `Season ${number}`, episodes } = season;
    return {
      id: `${id}.s${number}`,
      ...heldOf(SEASON_FIELDS, { ...season, name }),
      episodes: inOrder(episodes).map((episode) => ({
        id: `${id}.s${number}e${episode.number}`,
        ...heldOf(EPISODE_FIELDS, episode),
      })),
    };
  });
}

function inOrder<T extends { number: number }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => a.number - b.number);
}
