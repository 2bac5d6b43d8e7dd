import { keptOf, type PageOf } from "../core/page.js";
import { licenceSpan } from "../core/predicate.js";
import { audienceKey, whoseTitles, type Audience } from "./audience.js";
import { type PlacedTitle } from "./catalog.js";

/** What of a page may be met by whom, and the span of time in which that is so. Milliseconds since 1970. */
interface Judged {
  key: string;
  since: number;
  until: number;
  met: PageOf<PlacedTitle>;
}

/** What was judged of pages that never change. */
const JUDGED = new WeakMap<PageOf<PlacedTitle>, Judged>();

/**
 * What of a page an audience may meet: of a page that never changes the same one, which never changes either, until a
 * licence in it begins or ends. Licences are judged by the clock, those of titles that are left out too.
 */
export function metOf(page: PageOf<PlacedTitle>, audience: Audience): PageOf<PlacedTitle> {
  if (!Object.isFrozen(page)) return judge(page, audience);
  const now = audience.now.getTime();
  const key = audienceKey(audience);
  const known = JUDGED.get(page);
  if (known?.key === key && known.since <= now && now < known.until) return known.met;
  const span = licenceSpan(
    page.rows.map(({ title }) => title),
    audience.now,
  );
  const met = judge(page, audience);
  Object.freeze(met.rows);
  JUDGED.set(page, { key, ...span, met: Object.freeze(met) });
  return met;
}

function judge(page: PageOf<PlacedTitle>, audience: Audience): PageOf<PlacedTitle> {
  const mayBeMet = whoseTitles(audience);
  return keptOf(
    page,
    page.rows.map((row) => (mayBeMet(row.title) ? row : null)),
  );
}
