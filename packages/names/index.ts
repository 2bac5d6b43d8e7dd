/** Names and addresses as they are kept, compared and put in order: Unicode alone, no store and no product. */
export { addressForms, canonicalAddress, tidyAddress } from "./address.js";
export { hasUnseen, nameKey, spellingKey, spellingsOf, tidyName } from "./names.js";
export { sortName } from "./sort-name.js";
