export { FairCache, type FairCacheReport } from "./fair-cache.js";
export { frozenSize } from "./frozen-size.js";
