export { attractionOf, LOOKED_AT, WEIGHTS, type Openings } from "./click-model.js";
