/**
 * A real PostgreSQL that a process starts for itself, with no more than `npm install` and a folder.
 *
 * What it promises: one live process owns a data folder, another one fails or shares its server; the server listens on
 * 127.0.0.1 and by a socket within its own folder, under a password made for the folder, and never as root. It ends with its process; after a `kill -9`
 * the next start takes it over. A folder of somebody else's, or of another PostgreSQL version, is refused with one line
 * that says what to do. Knows nothing of the product.
 */
export {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from "./embedded-postgres.js";
export { giveToFolderOwner, makeFolder, readIfPresent } from "./folder.js";
