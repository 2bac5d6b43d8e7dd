import { type PageOf, type Position } from "../core/page.js";
import { type TitleDocument } from "../core/title.document.js";
import { type PlacedTitle } from "./catalog.js";

/** A row of a list without its document, which is kept beside it. */
export interface PlacedId {
  position: Position;
}

/**
 * Lists with their documents: of the same list and the same documents the same one, as long as it is in use, so that what
 * is made of it need not be made anew. Here it is held weakly: for how long it stays is for others to say, by the room that
 * its documents take.
 */
export class WholeLists {
  readonly #made = new WeakMap<PageOf<PlacedId>, WeakRef<PageOf<PlacedTitle>>>();

  /** @param titles those of the list at least, by id. */
  of(list: PageOf<PlacedId>, titles: ReadonlyMap<string, TitleDocument>): PageOf<PlacedTitle> {
    const known = this.#made.get(list)?.deref();
    if (known?.rows.every(({ position, title }) => titles.get(position.id) === title)) return known;
    const made = put(list, titles);
    if (!isKept(list, made)) return made;
    this.#made.set(list, new WeakRef(made));
    return frozen(made);
  }
}

function put({ rows, hasMore }: PageOf<PlacedId>, titles: ReadonlyMap<string, TitleDocument>) {
  const whole = rows.map(({ position }) => ({ position, title: titles.get(position.id) as TitleDocument }));
  return { rows: whole, hasMore };
}

/** Whether nothing of it changes: what is kept is frozen, all through. */
function isKept(list: object, { rows }: PageOf<PlacedTitle>): boolean {
  return Object.isFrozen(list) && rows.every(({ title }) => Object.isFrozen(title));
}

function frozen(page: PageOf<PlacedTitle>): PageOf<PlacedTitle> {
  for (const row of page.rows) Object.freeze(row);
  Object.freeze(page.rows);
  return Object.freeze(page);
}
