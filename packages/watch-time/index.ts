/**
 * How long something was watched, from where its players stood when. Knows positions and instants alone, no store and no
 * product: nothing that was skipped, repeated or played beside counts, and the order in which reports arrive changes nothing.
 */
export { placeAmong, placeLatest, type Placing, recounted, type StoredReport } from "./placing.js";
export { byInstant, REACH_MS, type Report, watchTimes, type WatchTime } from "./watch-time.js";
