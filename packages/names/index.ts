/** Names as they are kept, compared and put in order: Unicode alone, no store and no product. */
export { nameKey, tidyAddress, tidyName } from "./names.js";
export { sortName } from "./sort-name.js";
