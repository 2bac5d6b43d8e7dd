import { scrypt, scryptSync, type ScryptOptions } from "node:crypto";

import { hash, hashSync, verify, verifySync, type Options } from "@node-rs/argon2";

/** One computation, as a thread is told of it. */
export type HashingTask =
  | { does: "hash"; text: string; options: Options }
  | { does: "verify"; stored: string; text: string }
  | { does: "scrypt"; text: string; salt: Uint8Array; length: number; options: ScryptOptions };

/** What comes of it: a hash, whether one is of the text, a key. */
export type Outcome<T extends HashingTask> = T extends { does: "hash" }
  ? string
  : T extends { does: "verify" }
    ? boolean
    : Uint8Array;

/** Computes where it is called. */
export function runTask(task: HashingTask): Outcome<HashingTask> {
  if (task.does === "hash") return hashSync(task.text, task.options);
  if (task.does === "verify") return verifySync(task.stored, task.text);
  return scryptSync(task.text, task.salt, task.length, task.options);
}

/** Computes on the threads that Node.js has for everything. */
export function runTaskAside(task: HashingTask): Promise<Outcome<HashingTask>> {
  if (task.does === "hash") return hash(task.text, task.options);
  if (task.does === "verify") return verify(task.stored, task.text);
  return new Promise((resolve, reject) => {
    scrypt(task.text, task.salt, task.length, task.options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
