import { entityId } from "./entity-id.js";
import { type CheckedTitle, type TitleFields } from "./title-rules.js";
import { type TitleBody } from "./title-versions.js";
import { type NamedRef } from "../core/title.document.js";

/** Rights of a title that states none: everywhere, since long ago, open. */
const EVERYWHERE = [{ countries: ["*"], from: "1900-01-01T00:00:00.000Z", until: null }];

/** Names whose ids are kept at hand; a catalogue repeats its people and genres. */
const REMEMBERED = 50_000;

/** Turns titles as imports and editors state them into what title versions hold. Keeps the ids of names that come again. */
export class TitleBodies {
  readonly #ids = new Map<string, string>();

  /** @param addedAt ISO 8601 instant for a line that does not say when its title joined the catalogue. */
  from(line: CheckedTitle, addedAt: string): TitleBody {
    return {
      id: line.id,
      kind: line.kind,
      state: line.state ?? "PUBLISHED",
      name: line.name,
      alternativeNames: line.alternativeNames ?? [],
      synopsis: line.synopsis ?? null,
      releaseYear: line.releaseYear ?? null,
      runtimeMinutes: line.runtimeMinutes ?? null,
      maturityRating: line.maturityRating ?? "NR",
      genres: this.#distinct(line.genres ?? []),
      tags: [...new Set(line.tags)],
      studio: line.studio ? this.#ref(line.studio) : null,
      credits: (line.credits ?? []).map(({ role, character, person }) => ({
        role,
        character: character ?? null,
        person: this.#ref(person),
      })),
      licences: line.licences?.map((licence) => ({ ...licence, until: licence.until ?? null })) ?? EVERYWHERE,
      seasons: seasonsOf(line),
      addedAt: line.addedAt ?? addedAt,
    };
  }

  /** What of a title's body the fields given say, and nothing of the others. */
  changes(id: string, fields: TitleFields): Partial<TitleBody> {
    const whole = this.from({ kind: "MOVIE", name: "", ...fields, id }, "");
    const given = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [key]));
    return Object.fromEntries(given.map((key) => [key, whole[key as keyof TitleFields]]));
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

function seasonsOf(line: CheckedTitle): TitleBody["seasons"] {
  const seasons = [...(line.seasons ?? [])].sort((a, b) => a.number - b.number);
  return seasons.map((season) => ({
    id: `${line.id}.s${season.number}`,
    number: season.number,
    name: season.name ?? `Season ${season.number}`,
    episodes: [...season.episodes]
      .sort((a, b) => a.number - b.number)
      .map(({ number, name, runtimeMinutes }) => ({
        id: `${line.id}.s${season.number}e${number}`,
        number,
        name,
        runtimeMinutes: runtimeMinutes ?? null,
      })),
  }));
}
