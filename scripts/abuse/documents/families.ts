import { type Family } from "./family.js";
import { SHAPES } from "./shapes.js";
import { VALUES } from "./values.js";

/** Every kind of hostile document that there is here. */
export const FAMILIES: readonly Family[] = [...SHAPES, ...VALUES];
