import pg from "pg";

/** The database that everything of Marquee is in. */
export const DATABASE = "marquee";

const CONNECT_TIMEOUT_MS = 2_000;
/** For a server that is known to be up: only a busy machine keeps it from answering. */
const PATIENT_CONNECT_TIMEOUT_MS = 30_000;

/** How a server answers a connection. */
export type Answer =
  | { state: "UP"; dataDirectory: string }
  | { state: "NO_DATABASE" }
  | { state: "STARTING_OR_STOPPING" }
  /** It does not take our password, or the role is gone. */
  | { state: "REFUSED" }
  | { state: "SILENT" };

/** A superuser URL of the local server. */
export function adminUrl(password: string, port: number, database = DATABASE): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** The same by way of the server's Unix socket, where it has one. */
export function localUrl(
  password: string,
  { port, socket }: { port: number; socket: string | undefined },
  database = DATABASE,
): string {
  const url = new URL(adminUrl(password, port, database));
  if (socket !== undefined) url.searchParams.set("host", socket);
  return url.href;
}

/** Connects once, by its socket where that is given, and asks the server which cluster it serves. Never throws: what is wrong is in the answer. */
export async function ask(
  password: string,
  reach: { port: number; socket: string | undefined },
  database: string,
): Promise<Answer> {
  try {
    const dataDirectory = await withClient(localUrl(password, reach, database), async (client) => {
      const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
      return rows[0]?.data_directory ?? "";
    });
    return { state: "UP", dataDirectory };
  } catch (error) {
    return { state: stateOf((error as { code?: string }).code) };
  }
}

/** SQLSTATE: https://www.postgresql.org/docs/18/errcodes-appendix.html */
function stateOf(code: string | undefined): Exclude<Answer["state"], "UP"> {
  if (code === "3D000") return "NO_DATABASE";
  if (code === "57P03" || code === "57P01") return "STARTING_OR_STOPPING";
  if (code?.startsWith("28")) return "REFUSED";
  return "SILENT";
}

/** Creates Marquee's database where there is none. */
export async function ensureDatabase(password: string, port: number): Promise<void> {
  const work = async (client: pg.Client) => {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  };
  await withClient(adminUrl(password, port, "postgres"), work, PATIENT_CONNECT_TIMEOUT_MS);
}

async function withClient<T>(
  connectionString: string,
  use: (client: pg.Client) => Promise<T>,
  connectionTimeoutMillis = CONNECT_TIMEOUT_MS,
): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis });
  // A broken connection also rejects what was being asked; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const result = await use(client);
    await client.end();
    return result;
  } catch (error) {
    // Not awaited: a server that hangs would keep us waiting for its goodbye.
    client.end().catch(() => undefined);
    throw error;
  }
}
