import { sql, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { type TitleFacts } from "../../core/title-fields.js";
import { namesIn, type NameUse } from "../catalog-expectations.js";

/*
 * One name for a person, a genre and a studio: that of an editor, else the most frequent spelling of what titles said
 * last, of equals the first by its bytes. Versions keep what was stated; who reads them for others is shown this one.
 */

/** A body as it is read for others, in the place of one as it was stated. */
export function shownBody(body: Sql): Sql {
  // Looked up once a statement: most tenants spell everybody in one way.
  return sql`case when (select exists (select from title_names where varied)) then with_shown_names(${body}) else ${body} end`;
}

type Named = Pick<TitleFacts, "credits" | "genres" | "studio">;

/**
 * Keeps the names that titles are stated with.
 *
 * @param bodies what is said now, and what was said before by the same titles.
 */
export async function recordNames(query: Query, bodies: readonly Named[]): Promise<void> {
  const uses = distinct(bodies.flatMap(namesIn));
  if (uses.length === 0) return;
  await addNames(query, uses);
  const disputed = await disputedNames(query, uses);
  if (disputed.length === 0) return;
  await tellUsers(query, await countAnew(query, disputed));
}

/** Keeps the names that an editor states: these are shown from now on. */
export async function recordNamesByHand(query: Query, body: Partial<Named>): Promise<void> {
  const uses = distinct(namesIn({ credits: [], genres: [], studio: null, ...body }));
  if (uses.length === 0) return;
  await addNames(query, uses);
  const disputed = await disputedNames(query, uses);
  await query(
    sql`update title_names n set name = s.name, by_hand = true, varied = n.varied or n.name <> s.name
        from (${rowsOf(uses)}) s where n.type = s.type and n.id = s.id and (not n.by_hand or n.name <> s.name)`,
  );
  const stated = new Map(uses.map((use) => [keyOf(use), use.name]));
  await tellUsers(
    query,
    disputed.filter((use) => stated.get(keyOf(use)) !== use.name),
  );
}

function keyOf({ type, id }: NameUse): string {
  return `${type} ${id}`;
}

/** In one order, so that writers never wait for each other in a circle. */
function distinct(uses: readonly NameUse[]): NameUse[] {
  const byText = new Map(uses.map((use) => [`${keyOf(use)} ${use.name}`, use]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, use]) => use);
}

function rowsOf(uses: readonly NameUse[]): Sql {
  return sql`select * from jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) as u (type text, id text, name text)`;
}

/** Those that are new. Spellings that one batch brings for the first time are counted as any others. */
async function addNames(query: Query, uses: readonly NameUse[]): Promise<void> {
  await query(
    sql`insert into title_names (tenant_id, type, id, name, varied)
        select current_setting('marquee.tenant')::int, s.type, s.id, min(s.name collate "C"), count(*) > 1
        from (${rowsOf(uses)}) s
        where not exists (select from title_names n where n.type = s.type and n.id = s.id)
        group by s.type, s.id order by s.type, s.id
        on conflict do nothing`,
  );
}

/** Those of the names that are spelled in several ways, as they are shown now; from here on they are known for it. */
async function disputedNames(query: Query, uses: readonly NameUse[]): Promise<NameUse[]> {
  return query<NameUse>(
    sql`with locked as materialized (
          select n.type, n.id, n.name from title_names n
          where exists (select from (${rowsOf(uses)}) s
                        where s.type = n.type and s.id = n.id and (n.varied or s.name <> n.name))
          order by n.type, n.id for update
        )
        update title_names n set varied = true from locked l where n.type = l.type and n.id = l.id
        returning l.type, l.id, l.name`,
  );
}

/** Chooses the most frequent spelling of each, unless it is an editor's. Answers those that are shown otherwise now. */
async function countAnew(query: Query, names: readonly NameUse[]): Promise<NameUse[]> {
  return query<NameUse>(
    sql`with wanted as materialized (${rowsOf(names)}), latest as (
          select v.title_id, v.body from title_versions v
          where v.body @> any(${patternsOf(names)}::jsonb[])
            and v.version = (select max(version) from title_versions l where l.title_id = v.title_id)
        ), counted as (
          select r.type, r.id, r.name, count(distinct l.title_id) as titles
          from latest l cross join lateral title_refs(l.body) r
          join wanted w on w.type = r.type and w.id = r.id
          group by 1, 2, 3
        ), best as (
          select distinct on (type, id) type, id, name from counted order by type, id, titles desc, name collate "C"
        )
        update title_names n set name = b.name from best b
        where n.type = b.type and n.id = b.id and not n.by_hand and n.name <> b.name
        returning n.type, n.id, n.name`,
  );
}

/** Has the projections told of every title that uses the names, by the schedule: none of these titles is locked here. */
async function tellUsers(query: Query, renamed: readonly NameUse[]): Promise<void> {
  if (renamed.length === 0) return;
  // A number of its own for each transaction: none waits for another's row.
  await query(
    sql`insert into marquee.title_schedule (tenant_id, title_id, version, due_at)
        select distinct current_setting('marquee.tenant')::int, title_id,
               -(pg_current_xact_id()::text::bigint % 2147483647)::int, clock_timestamp()
        from title_versions where body @> any(${patternsOf(renamed)}::jsonb[])
        on conflict do nothing`,
  );
}

/** What bodies that use the names contain. */
function patternsOf(names: readonly NameUse[]): string[] {
  const patterns = {
    Person: (id: string) => ({ credits: [{ person: { id } }] }),
    Genre: (id: string) => ({ genres: [{ id }] }),
    Studio: (id: string) => ({ studio: { id } }),
  };
  return names.map(({ type, id }) => JSON.stringify(patterns[type](id)));
}
