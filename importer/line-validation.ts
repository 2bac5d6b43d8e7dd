import { z } from "zod";

import { check, type Checked } from "../datasources/core/checking.js";
import { country, id, instant, whole } from "../datasources/core/field-rules.js";
import { MAX_POSITION } from "../datasources/viewing/viewing-writing.js";
import { DEVICES } from "./lines.js";

const eventLine = z.object(
  {
    id,
    profile: id,
    title: id,
    at: instant,
    seconds: whole(0, MAX_POSITION).optional(),
    completed: z.boolean({ error: "true or false" }).optional(),
    country: country.nullish(),
    device: z.enum(DEVICES, { error: `one of ${DEVICES.join(", ")}` }).nullish(),
    rating: whole(1, 5).nullish(),
  },
  { error: "a JSON object" },
);

/** A line of `events.ndjson` as checked: instants are ISO 8601 in UTC. */
export type CheckedEvent = z.infer<typeof eventLine>;

/** Checks a value against the format of viewing events. */
export function checkEvent(value: unknown): Checked<CheckedEvent> {
  return check(eventLine, value);
}
