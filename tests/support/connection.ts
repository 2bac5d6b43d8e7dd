import pg from "pg";

/** A connection of its own, past every rule that the product has. */
export interface Connection {
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
  close(): Promise<void>;
}

/** Connects to a database; `schema` is where unqualified names are looked for before `public`. */
export async function connectTo(url: string, schema?: string): Promise<Connection> {
  const options = schema === undefined ? {} : { options: `-c search_path=${schema},public` };
  const client = new pg.Client({ connectionString: url, ...options });
  client.on("error", () => undefined);
  await client.connect();
  return { query: (text, values) => client.query(text, values), close: () => client.end() };
}
