import pg from "pg";

import { type TitleDocument } from "../../datasources/core/title.document.js";
import { documentRows, toRow, type Rows } from "./rows.js";
import { TENANT } from "./titles.js";

const POPULAR = `
  select t.document from shared.catalog_titles t
  where t.tenant_id = (select id from marquee.tenants where slug = $1) and t.state = 'PUBLISHED'
  order by t.popularity desc, t.id desc limit $2`;

/** The catalogue as the embedded PostgreSQL holds it: one prepared statement a list, on a plain pool. */
export function postgresRows(url: string): () => Rows {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  const read = async (first: number) => {
    const { rows } = await pool.query<{ document: TitleDocument }>({
      name: "popular",
      text: POPULAR,
      values: [TENANT.slug, first],
    });
    return rows.map(({ document }) => toRow(document));
  };
  return () => documentRows(read);
}
