/**
 * More work than can be done: who is let in, who gets a place, and in which order. Knows nothing of what the work is.
 */
export { Admission, type Ticket, type AdmissionReport } from "./admission.js";
export { DeadlineError, withinDeadline } from "./deadline.js";
export { MemoryWatch } from "./memory-watch.js";
export { Places, PlacesFullError } from "./places.js";
export { Together, type TogetherOptions, type Turn } from "./together.js";
