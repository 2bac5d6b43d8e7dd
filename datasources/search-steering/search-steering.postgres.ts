import { randomUUID } from "node:crypto";

import { phraseKeys, searchKey } from "../../packages/search-text/index.js";
import { recordAct } from "../audit/audit-append.postgres.js";
import { type AuditSubject } from "../audit/audit.js";
import { type AuditAct, type AuditActor } from "../core/audit-acts.js";
import { toPage, type Page } from "../core/page.js";
import { Refusal } from "../core/refusal.js";
import { type RefusalCode } from "../core/refusal-codes.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { readByIds } from "../engines/postgres/by-ids.postgres.js";
import { empty, sql, type PostgresStore, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { takeTurn } from "../engines/postgres/turns.postgres.js";
import { type Learned } from "../search/learned-order.js";
import { UNSTEERED, type Steering, type SteeredTitle } from "../search/steering.js";
import {
  MAX_RULES,
  MAX_RULES_OF_TEXT,
  MAX_SYNONYMS,
  type Listed,
  type SearchRuleFacts,
  type SearchRuleRecord,
  type SearchSteering,
  type SynonymFacts,
  type SynonymRecord,
} from "./search-steering.js";
import { checkedRule, checkedSynonym } from "./steering-rules.js";

const SYNONYM = sql`s.id, s.language, s.words, s.genre, s.added_at as "addedAt"`;
const RULE = sql`r.id, r.query, r.title_id as "titleId", r.place, r.factor, r.set_at as "setAt"`;

interface SteeringRow {
  words: Pick<SynonymFacts, "words" | "genre">[] | null;
  titles: SteeredTitle[] | null;
  learned: Learned | null;
}

/** What editors say of searches, in PostgreSQL; row-level security keeps each tenant to its own. */
export class PostgresSearchSteering implements SearchSteering {
  constructor(private readonly postgres: PostgresStore) {}

  async of(request: StoreRequest, text: string): Promise<Steering> {
    const keys = phraseKeys(text);
    if (keys.length === 0) return UNSTEERED;
    const [row] = await this.postgres.read<SteeringRow & Record<string, unknown>>(
      request,
      "searchSteering.of",
      steeringOf(keys, searchKey(text)),
    );
    return toSteering(row);
  }

  async synonyms(request: StoreRequest, language: string | null, page: Page): Listed<SynonymRecord> {
    const { after } = page;
    const rows = await this.postgres.read<SynonymRecord>(
      request,
      "searchSteering.synonyms",
      sql`select ${SYNONYM} from search_synonyms s
          where (${language}::text is null or s.language = ${language})
            ${after ? sql`and (s.language, s.id) > (${after.value}, ${after.id})` : empty}
          order by s.language, s.id limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, (entry) => ({ position: { value: entry.language, id: entry.id }, entry }));
  }

  synonymsByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, SynonymRecord>> {
    const found = sql`select ${SYNONYM} from search_synonyms s where s.id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "searchSteering.synonymsByIds", ids, found);
  }

  addSynonym(tenant: Tenant, facts: SynonymFacts, by: AuditActor): Promise<SynonymRecord> {
    const { language, words, genre } = checkedSynonym(facts);
    return this.postgres.transaction(tenant, async (query) => {
      await lockSteering(query);
      await refuseMore(query, sql`search_synonyms`, MAX_SYNONYMS, "TOO_MANY_SYNONYMS", "of its own words");
      const [added] = await query<SynonymRecord>(
        sql`insert into search_synonyms as s (tenant_id, id, language, words, genre, keys)
            values (current_setting('marquee.tenant')::int, ${randomUUID()}, ${language}, ${words}::text[], ${genre},
                    ${words.map(searchKey)}::text[])
            returning ${SYNONYM}`,
      );
      if (!added) throw new Error("Words were added and are not there");
      await note(query, "SEARCH_SYNONYM_ADDED", by, { synonym: added.id }, { words: words.length });
      return added;
    });
  }

  removeSynonym(tenant: Tenant, id: string, by: AuditActor): Promise<void> {
    return this.postgres.transaction(tenant, async (query) => {
      const gone = await query(sql`delete from search_synonyms where id = ${id} returning id`);
      if (gone.length === 0) throw notFound("synonym", "SYNONYM_NOT_FOUND", "words of this tenant's own");
      await note(query, "SEARCH_SYNONYM_REMOVED", by, { synonym: id });
    });
  }

  async rules(request: StoreRequest, page: Page): Listed<SearchRuleRecord> {
    const { after } = page;
    const rows = await this.postgres.read<SearchRuleRecord & { key: string }>(
      request,
      "searchSteering.rules",
      sql`select ${RULE}, r.query_key as key from search_rules r
          where true ${after ? sql`and (r.query_key, r.id) > (${after.value}, ${after.id})` : empty}
          order by r.query_key, r.id limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, ({ key, ...entry }) => ({ position: { value: key, id: entry.id }, entry }));
  }

  rulesByIds(request: StoreRequest, ids: readonly string[]): Promise<Map<string, SearchRuleRecord>> {
    const found = sql`select ${RULE} from search_rules r where r.id = any(${ids}::text[])`;
    return readByIds(this.postgres, request, "searchSteering.rulesByIds", ids, found);
  }

  setRule(tenant: Tenant, facts: SearchRuleFacts, by: AuditActor): Promise<SearchRuleRecord> {
    const rule = checkedRule(facts);
    return this.postgres.transaction(tenant, async (query) => {
      await lockSteering(query);
      await refuseUnknown(query, rule.titleId);
      const kept = await keepRule(query, rule);
      await refuseMoreRules(query, searchKey(rule.query));
      const details: Record<string, number> =
        rule.place === null ? { factor: rule.factor ?? 1 } : { place: rule.place };
      await note(query, "SEARCH_RULE_SET", by, { searchRule: kept.id }, details);
      return kept;
    });
  }

  removeRule(tenant: Tenant, id: string, by: AuditActor): Promise<void> {
    return this.postgres.transaction(tenant, async (query) => {
      const gone = await query(sql`delete from search_rules where id = ${id} returning id`);
      if (gone.length === 0) throw notFound("rule", "SEARCH_RULE_NOT_FOUND", "a rule of this tenant");
      await note(query, "SEARCH_RULE_REMOVED", by, { searchRule: id });
    });
  }
}

/**
 * One row: the lists that know a word or a phrase of a text, what is said of titles for the whole of it, and what was learned
 * of them, where that counts.
 */
function steeringOf(keys: readonly string[], whole: string): Sql {
  return sql`
    select
      (select json_agg(json_build_object('words', s.words, 'genre', s.genre) order by s.id)
       from search_synonyms s where s.keys && ${keys}::text[]) as words,
      (select json_agg(json_build_object('id', t.id, 'place', t.place, 'factor', coalesce(t.factor, 1)) order by t.id)
       from (
         select distinct on (coalesce(h.merged_into, r.title_id)) coalesce(h.merged_into, r.title_id) as id, r.place, r.factor
         from search_rules r left join title_heads h on h.title_id = r.title_id
         where r.query_key = ${whole}
         order by coalesce(h.merged_into, r.title_id), r.place nulls last, r.set_at desc
       ) t) as titles,
      (select json_build_object('trial', m.mode = 'TRIAL', 'factors', coalesce(
         (select json_object_agg(f.id, f.factor)
          from (
            select coalesce(h.merged_into, l.title_id) as id, max(l.factor) as factor
            from search_lifts l left join title_heads h on h.title_id = l.title_id
            where l.query = ${whole}
            group by 1
          ) f), '{}'))
       from search_learning m where m.mode <> 'OFF') as learned`;
}

function toSteering(row: SteeringRow | undefined): Steering {
  const words = row?.words ?? [];
  return {
    words: {
      same: words.flatMap(({ words: same, genre }) => (genre === null ? [same] : [])),
      genres: words.flatMap(({ words: asked, genre }) => (genre === null ? [] : [{ name: genre, asked }])),
    },
    titles: row?.titles ?? [],
    learned: row?.learned ?? null,
  };
}

/** Who adds counts what is there: one writer a tenant. */
async function lockSteering(query: Query): Promise<void> {
  await takeTurn(query, "search_steering");
}

async function refuseUnknown(query: Query, title: string): Promise<void> {
  const known = await query(sql`select from title_heads where title_id = ${title}`);
  if (known.length > 0) return;
  throw new Refusal(
    "title",
    "TITLE_NOT_FOUND",
    "There is no such title. Accepted: the id of a title of this tenant, in any state.",
  );
}

async function keepRule(query: Query, rule: SearchRuleFacts): Promise<SearchRuleRecord> {
  const [kept] = await query<SearchRuleRecord>(
    sql`insert into search_rules as r (tenant_id, id, query, query_key, title_id, place, factor)
        values (current_setting('marquee.tenant')::int, ${randomUUID()}, ${rule.query}, ${searchKey(rule.query)},
                ${rule.titleId}, ${rule.place}::int, ${rule.factor}::float8)
        on conflict (tenant_id, query_key, title_id) do update
          set query = excluded.query, place = excluded.place, factor = excluded.factor,
            set_at = case when (r.query, r.place, r.factor) is not distinct from (excluded.query, excluded.place, excluded.factor)
              then r.set_at else clock_timestamp() end
        returning ${RULE}`,
  );
  if (!kept) throw new Error("A rule was kept and is not there");
  return kept;
}

async function refuseMoreRules(query: Query, key: string): Promise<void> {
  const [{ all, these } = { all: 0, these: 0 }] = await query<{ all: number; these: number }>(
    sql`select count(*)::int as all, count(*) filter (where query_key = ${key})::int as these from search_rules`,
  );
  if (all <= MAX_RULES && these <= MAX_RULES_OF_TEXT) return;
  throw new Refusal(
    null,
    "TOO_MANY_SEARCH_RULES",
    `Accepted: at most ${MAX_RULES_OF_TEXT} rules for a text and ${MAX_RULES} in all; remove one first.`,
  );
}

async function refuseMore(
  query: Query,
  table: Sql,
  most: number,
  code: RefusalCode,
  what: string,
): Promise<void> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    sql`select count(*)::int as count from ${table}`,
  );
  if (count < most) return;
  throw new Refusal(
    null,
    code,
    `The tenant has ${count} ${what}. Accepted: at most ${most}; remove some first.`,
  );
}

function notFound(field: string, code: RefusalCode, what: string): Refusal {
  return new Refusal(field, code, `There is no such thing. Accepted: the id of ${what}.`);
}

function note(
  query: Query,
  act: AuditAct,
  actor: AuditActor,
  subject: AuditSubject,
  details: Readonly<Record<string, number>> = {},
): Promise<void> {
  return recordAct(query, { act, actor, subject, details });
}
