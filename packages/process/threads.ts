import { readdirSync, readFileSync } from "node:fs";

/** A thread, as Linux tells of it (proc(5), `/proc/<pid>/task/<tid>/stat`: the second, third and 19th field). */
export interface Thread {
  id: number;
  name: string;
  /** A letter; `R` is running or ready to. */
  state: string;
  /** How far it stands behind others, sched(7). */
  nice: number;
}

/** The threads of a process; none where it has ended, and on other systems than Linux. */
export function threadsOf(pid: number): Thread[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).flatMap((id) => threadIn(folder, id));
  } catch {
    return [];
  }
}

/** None where it has ended meanwhile. */
function threadIn(folder: string, id: string): Thread[] {
  try {
    const text = readFileSync(`${folder}/${id}/stat`, "utf8");
    // The name may itself hold spaces and parentheses.
    const end = text.lastIndexOf(")");
    const fields = text.slice(end + 2).split(" ");
    const name = text.slice(text.indexOf("(") + 1, end);
    return [{ id: Number(id), name, state: fields[0] ?? "", nice: Number(fields[16]) }];
  } catch {
    return [];
  }
}
