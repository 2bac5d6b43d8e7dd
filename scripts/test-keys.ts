import { LocalKeys } from "../packages/envelope/index.js";

/** What keys of people are wrapped by where there is nobody's data: in tests and measurements, as `MARQUEE_ACCOUNT_KEY`. */
export const TEST_ACCOUNT_KEY = "an-account-key-that-only-tests-use";

/** The same, for stores that are opened in this process. */
export const testAccountKeys = new LocalKeys([new TextEncoder().encode(TEST_ACCOUNT_KEY)]);
