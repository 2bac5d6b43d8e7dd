import { byKey, oneByKey, onceByKey } from "../core/loader.js";
import { type Page, type PageOf } from "../core/page.js";
import { type StoreRequest } from "../core/store-request.js";
import {
  type RecentWatch,
  type Shelf,
  type ShelfRow,
  type TitleStateOfProfile,
  type Viewing,
} from "./viewing.js";

export type ViewingLoaders = ReturnType<typeof viewingLoaders>;

/** The viewing facts' batches for one request. */
export function viewingLoaders(viewing: Viewing, request: StoreRequest) {
  const json = (key: unknown) => JSON.stringify(key);
  const shelf = (name: Shelf) =>
    oneByKey<{ profile: string; page: Page }, PageOf<ShelfRow>>({
      request,
      keyOf: json,
      batch: async (batch, keys) => byKey(keys, json, await viewing.shelves(batch, name, keys)),
    });
  const same = (profile: string) => profile;
  const recent = onceByKey<{ profile: string; limit: number }, RecentWatch[]>(json, ({ profile, limit }) =>
    viewing.recentWatches(request, profile, limit),
  );
  return {
    titleState: oneByKey<{ profile: string; title: string }, TitleStateOfProfile>({
      request,
      keyOf: ({ profile, title }) => `${profile} ${title}`,
      batch: (batch, keys) => viewing.titleStates(batch, keys),
    }),
    shelf: {
      CONTINUE_WATCHING: shelf("CONTINUE_WATCHING"),
      WATCHLIST: shelf("WATCHLIST"),
      HISTORY: shelf("HISTORY"),
      RATINGS: shelf("RATINGS"),
    },
    /** Asked for one profile a request: the one that is signed in. */
    recentWatches: (profile: string, limit: number): Promise<RecentWatch[]> => recent({ profile, limit }),
    /** Asked for the same profile. */
    touchedTitles: onceByKey(same, (profile) => viewing.touchedTitles(request, profile)),
    /** Asked for one profile a request. */
    notForMe: onceByKey(same, (profile) => viewing.notForMe(request, profile)),
  };
}
