/** Passwords as they are stored, and whether one is the stored one. */
export { hashPassword, verifyPassword } from "./passwords.js";
