/** Passwords as they are stored, whether one is the stored one, and which ones everybody tries first. */
export { isCommonPassword } from "./common-passwords.js";
export { HASHING_THREADS } from "./hashing-threads.js";
export { hashPassword, verifyPassword, type Verdict } from "./passwords.js";
