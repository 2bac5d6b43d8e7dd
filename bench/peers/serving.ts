import { memoryRows, type Rows } from "./rows.js";
import { postgresRows } from "./rows.postgres.js";

/** What a server was started with: the shape of its data (`Contender.data`) and the database's URL. */
export function startedWith(): { data: string; postgresUrl: string } {
  const [data = "", postgresUrl = ""] = process.argv.slice(2);
  return { data, postgresUrl };
}

/** The rows that a peer was started with, made anew for each request. */
export function peerRows(): () => Rows {
  const { data, postgresUrl } = startedWith();
  return data === "postgres" ? postgresRows(postgresUrl) : memoryRows(data);
}

/**
 * Tells the benchmark that this server answers, and from then on how much CPU time it has used when asked. Leaves when
 * the benchmark does.
 *
 * @param headers what requests must carry.
 */
export function announce(url: string, headers: Record<string, string> = {}): void {
  process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
  process.on("disconnect", () => process.exit(0));
  process.send?.({ url, headers });
}
