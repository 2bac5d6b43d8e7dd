/** Envelope encryption: data keys that seal, and what seals data keys. No store and no product. */
export { type KeyService, type WrappedKey } from "./key-service.js";
export { LocalKeys } from "./local-keys.js";
export { Sealing, SealBrokenError } from "./sealing.js";
