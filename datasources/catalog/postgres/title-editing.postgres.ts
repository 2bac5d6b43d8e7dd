import { recordAct } from "../../audit/audit-append.postgres.js";
import { type AuditAct } from "../../core/audit-acts.js";
import { accepted } from "../../core/checking.js";
import { toPage, type Page, type PageOf } from "../../core/page.js";
import { empty, sql, type PostgresStore, type Query } from "../../engines/postgres/store.postgres.js";
import { OUTBOX_PARTITIONS } from "../../projection/outbox/outbox-event.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";
import { TitleBodies } from "../title-bodies.js";
import {
  admitChange,
  admitPut,
  archivedDraft,
  effectiveInstant,
  isId,
  notFound,
  refuseSeasonsOfFilms,
} from "./title-edit-rules.js";
import { plannedVersions, type PlannedVersion } from "./title-change.js";
import {
  type EditedTitle,
  type EditorialTitle,
  type LicenceEdit,
  type RecordedVersion,
  type TitleEdit,
  type TitleEditing,
  type TitleMerge,
  type TitleTarget,
} from "../title-editing.js";
import { newTitle } from "../new-title.js";
import { licensed } from "./title-licence.js";
import { recordNamesByHand, shownBody } from "./title-names.postgres.js";
import { changeLocks, type LockChange } from "./title-locks.postgres.js";
import { mergeTitles } from "./title-merging.postgres.js";
import { checkTitle, checkTitleFields, type CheckedFields, type CheckedTitle } from "../title-rules.js";
import {
  databaseNow,
  inForceAt,
  lockHeads,
  recordVersions,
  versionsSince,
  type TitleHead,
  type VersionRow,
} from "./title-version-rows.postgres.js";
import {
  TITLE_FIELD_NAMES,
  withDefaults,
  type StoredFacts,
  type TitleFacts,
  type TitleFieldName,
} from "../../core/title-fields.js";
import { type VersionedTitle } from "../../core/title.document.js";

/** What an edit is planned on. Instants are milliseconds since 1970. */
interface Ground {
  /** None for a title that is new. */
  versions: VersionRow[];
  effective: number;
}

interface ListedRow {
  id: string;
  latest: number;
  version: number;
  effective_from: string;
  body: StoredFacts;
  locked_fields: TitleFieldName[];
}

/** What an edit does to a title, if that is admitted. */
interface EditPlan extends LockChange {
  act: AuditAct;
  admit: (head: TitleHead, target: TitleTarget) => void;
  versions: (ground: Ground) => PlannedVersion[];
}

/** Titles edited in PostgreSQL. */
export class PostgresTitleEditing implements TitleEditing {
  readonly #bodies = new TitleBodies();

  constructor(private readonly postgres: PostgresStore) {}

  async put(tenant: Tenant, edit: TitleEdit): Promise<EditedTitle> {
    const { id, field, fields } = edit;
    const nameOf = (name: string) => (name === "id" ? field : name);
    const newLine = () => accepted(checkTitle({ ...fields, id }), nameOf);
    // Asked of the store, an id that no title can have would be an error of its own.
    if (edit.mayCreate && !isId(id)) newLine();
    const versions = (ground: Ground) => {
      const planned =
        ground.versions.length === 0
          ? [{ effective: ground.effective, body: this.#newBody(tenant, newLine(), ground.effective) }]
          : this.#changed(accepted(checkTitleFields(fields), nameOf), ground);
      planned.forEach(({ body }) => refuseSeasonsOfFilms(body));
      return planned;
    };
    const lock = TITLE_FIELD_NAMES.filter((name) => fields[name] !== undefined);
    return this.#edit(tenant, edit, {
      act: "TITLE_PUT",
      admit: admitPut,
      versions,
      lock,
      unlock: edit.unlock,
    });
  }

  async setState(tenant: Tenant, target: TitleTarget, state: "PUBLISHED" | "ARCHIVED"): Promise<EditedTitle> {
    const versions = ({ versions, effective }: Ground) =>
      plannedVersions(versions, effective, (body) => {
        if (state === "ARCHIVED" && body.state === "DRAFT") throw archivedDraft(target);
        return { state };
      });
    const act = state === "PUBLISHED" ? "TITLE_PUBLISHED" : "TITLE_ARCHIVED";
    return this.#edit(tenant, target, { act, admit: admitChange, versions, lock: ["state"] });
  }

  async setLicence(tenant: Tenant, edit: LicenceEdit): Promise<EditedTitle> {
    const versions = ({ versions, effective }: Ground) => {
      const from = edit.from ?? new Date(effective).toISOString();
      const countries = edit.countries ?? ["*"];
      const checked = checkTitleFields({ licences: [{ countries, from, until: edit.until }] });
      const [licence] = accepted(checked, (name) => name.replace("licences[0].", "")).licences ?? [];
      if (!licence) return [];
      return plannedVersions(versions, effective, (body) => ({
        licences: licensed(body.licences, { ...licence, until: licence.until ?? null }),
      }));
    };
    return this.#edit(tenant, edit, {
      act: "TITLE_LICENSED",
      admit: admitChange,
      versions,
      lock: ["licences"],
    });
  }

  merge(tenant: Tenant, merge: TitleMerge): Promise<EditedTitle> {
    return this.postgres.transaction(tenant, async (query) => {
      for (const field of ["keep", "merge"] as const) if (!isId(merge[field])) throw notFound(field);
      const { xid, version, lockedFields } = await mergeTitles(query, merge);
      const now = await databaseNow(query);
      const versions = await versionsSince(query, merge.keep, now);
      const title = await documentAt(query, versions, now, version);
      await note(query, "TITLES_MERGED", { ...merge, id: merge.keep }, { merged: merge.merge, version });
      return { title, version, lockedFields, xid };
    });
  }

  async titles(request: StoreRequest, page: Page): Promise<PageOf<EditorialTitle>> {
    const rows = await this.postgres.read<ListedRow>(
      request,
      "catalog.editorialTitles",
      sql`select h.id, h.version as latest, h.locked_fields, v.version, v.effective_from,
                 ${shownBody(sql`v.body`)} as body
          from (select title_id as id, version, locked_fields from title_heads
                where merged_into is null ${page.after ? sql`and title_id > ${page.after.id}` : empty}
                order by title_id limit ${page.limit + 1}) h
          cross join lateral (
            (select 1 as choice, version, effective_from, body from title_versions
             where title_id = h.id and effective_from <= now() order by effective_from desc, version desc limit 1)
            union all
            (select 2, version, effective_from, body from title_versions
             where title_id = h.id and effective_from > now() order by effective_from, version desc limit 1)
            order by choice limit 1
          ) v
          order by h.id`,
    );
    return toPage(rows, page, toListed);
  }

  async versions(request: StoreRequest, id: string, page: Page): Promise<PageOf<RecordedVersion>> {
    const rows = await this.postgres.read<RecordedVersion>(
      request,
      "catalog.titleVersions",
      sql`select version, effective_from as "effectiveFrom", recorded_at as "recordedAt",
                 body ->> 'name' as name, body ->> 'state' as state, body ->> 'maturityRating' as "maturityRating"
          from title_versions
          where title_id = ${id} ${page.after ? sql`and version < ${page.after.value}::int` : empty}
          order by version desc limit ${page.limit + 1}::int`,
    );
    return toPage(rows, page, (version) => version);
  }

  /** Locks the title, refuses what may not be, and records what the edit plans. */
  #edit(tenant: Tenant, target: TitleTarget, plan: EditPlan): Promise<EditedTitle> {
    return this.postgres.transaction(tenant, async (query) => {
      const { id, field, effectiveFrom } = target;
      if (!isId(id)) throw notFound(field);
      const [head = newHead(id)] = await lockHeads(query, [id]);
      plan.admit(head, target);
      const now = await databaseNow(query);
      const effective = effectiveFrom === null ? now : effectiveInstant(effectiveFrom);
      const versions = await versionsSince(query, id, Math.min(now, effective));
      const added = plan.versions({ versions, effective }).map((planned, n) => ({
        title_id: id,
        version: head.version + 1 + n,
        ...planned,
      }));
      const version = head.version + added.length;
      const xid = added.length > 0 ? await recordVersions(query, added) : await lastWrite(query, id);
      const lockedFields = await changeLocks(query, head, plan);
      const all = [...versions, ...added];
      const said = added.at(-1)?.body ?? inForceAt(all, effective)?.body;
      if (said) await recordNamesByHand(query, statedOf(said, plan.lock));
      const title = await documentAt(query, all, now, version);
      await note(query, plan.act, target, { version, versions: added.length });
      return { title, version, lockedFields, xid };
    });
  }

  #newBody(tenant: Tenant, line: CheckedTitle, effective: number): TitleFacts {
    const stated = { id: line.id, ...this.#bodies.changes(line.id, line) };
    return { ...newTitle(stated, tenant, new Date(effective).toISOString()), state: "DRAFT" };
  }

  #changed(fields: CheckedFields, { versions, effective }: Ground): PlannedVersion[] {
    return plannedVersions(versions, effective, ({ id }) => this.#bodies.changes(id, fields));
  }
}

/** Notes who edited which title, as the last that the edit's transaction does. */
function note(
  query: Query,
  act: AuditAct,
  { id, by }: Pick<TitleTarget, "id" | "by">,
  details: Readonly<Record<string, string | number>>,
): Promise<void> {
  return recordAct(query, { act, actor: by, subject: { title: id }, details });
}

function newHead(title_id: string): TitleHead {
  return { title_id, version: 0, merged_into: null, locked_fields: [] };
}

/** The transaction that wrote last what projections may not have followed yet; null where they have. */
async function lastWrite(query: Query, id: string): Promise<number | null> {
  const [row] = await query<{ xid: number | null }>(
    sql`select max(xid) as xid from outbox
        where partition = abs(hashtext(${id}) % ${OUTBOX_PARTITIONS}::int) and topic = 'TITLE' and entity = ${id}`,
  );
  return row?.xid ?? null;
}

/** The fields of a body that an edit has stated. */
function statedOf(body: TitleFacts, names: readonly TitleFieldName[]): Partial<TitleFacts> {
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

/** What is in force at an instant, as others are shown it. */
async function documentAt(
  query: Query,
  versions: readonly VersionRow[],
  at: number,
  latestVersion: number,
): Promise<VersionedTitle | null> {
  const current = inForceAt(versions, at);
  if (!current) return null;
  const [shown] = await query<{ body: TitleFacts }>(
    sql`select ${shownBody(sql`b`)} as body from (select ${JSON.stringify(current.body)}::jsonb as b) s`,
  );
  return { ...(shown?.body ?? current.body), version: current.version, latestVersion };
}

function toListed({ id, latest, version, effective_from, body, locked_fields }: ListedRow): EditorialTitle {
  return {
    position: { value: id, id },
    title: { ...withDefaults(body), version, latestVersion: latest },
    version,
    effectiveFrom: effective_from,
    lockedFields: locked_fields,
  };
}
