import { COUNTRIES, drawCountry } from "./countries.js";
import { type ProfileLine } from "./demo.js";
import { givenName } from "./people.js";
import { noiseOf, Random } from "./random.js";
import { type TasteCircle, type TasteTables } from "./tastes.js";
import { normalise, TRAITS } from "./traits.js";

/** Somebody who watches: a profile with its taste and how much it watches. */
export interface Viewer {
  profile: ProfileLine;
  /** Index in `COUNTRIES`. */
  country: number;
  taste: Float32Array;
  /** The circle that the viewer is of, and one that the viewer visits. */
  circles: readonly [TasteCircle, TasteCircle];
  /** The fit (a cosine) from which on the viewer starts what comes up more often than not. */
  threshold: number;
}

const OPEN_MINDED = 0.5;
const CHOOSY = 0.72;

/** External id of generated profile number `index`, from 0. */
export function profileId(index: number): string {
  return `profile-${String(index + 1).padStart(5, "0")}`;
}

/** Generated profile number `index`: one in eleven is a child's, one in fifteen a teenager's. */
export function generatedProfile(seed: number, tenant: string, home: number, index: number): ProfileLine {
  const random = new Random("profile", seed, tenant, index);
  const age = random.next();
  const maturityLimit = age < 0.09 ? 8 : age < 0.16 ? 14 : 18;
  return {
    id: profileId(index),
    name: givenName(random.below(1_800)),
    kind: maturityLimit < 12 ? "KIDS" : "ADULT",
    maturityLimit,
    country: COUNTRIES[drawCountry(random, home)]?.code ?? "US",
  };
}

/** The viewer behind a profile: mostly of one circle, partly of another, a little like nobody else. */
export function viewerOf(profile: ProfileLine, tables: TasteTables, random: Random): Viewer {
  const pool =
    profile.maturityLimit < 12 && tables.childCircles.length > 0 ? tables.childCircles : tables.circles;
  const country = countryIndex(profile.country);
  const main = drawCircle(pool, country, random);
  const other = random.pick(pool);
  const taste = new Float32Array(TRAITS);
  for (let axis = 0; axis < TRAITS; axis += 1) {
    const shared = 0.72 * (main.taste[axis] as number) + 0.28 * (other.taste[axis] as number);
    taste[axis] = shared + 0.05 * random.normal();
  }
  normalise(taste);
  return { profile, country, taste, circles: [main, other], threshold: OPEN_MINDED };
}

/** Circles are not spread evenly: of any two, each country has its favourite. */
function drawCircle(pool: readonly TasteCircle[], country: number, random: Random): TasteCircle {
  const [one, two] = [random.below(pool.length), random.below(pool.length)];
  const favourite = noiseOf(one, 500 + country) > noiseOf(two, 500 + country) ? one : two;
  return pool[random.chance(0.8) ? favourite : one] as TasteCircle;
}

/** A choosy viewer with a taste that is given, of the circle nearest to it. */
export function viewerWithTaste(profile: ProfileLine, taste: Float32Array, tables: TasteTables): Viewer {
  const likeness = ({ taste: theirs }: TasteCircle): number =>
    taste.reduce((sum, value, axis) => sum + value * (theirs[axis] as number), 0);
  const [main, other] = [...tables.circles].sort((a, b) => likeness(b) - likeness(a));
  if (!main) throw new Error("A catalogue without a title to watch has no viewers.");
  return {
    profile,
    country: countryIndex(profile.country),
    taste,
    circles: [main, other ?? main],
    threshold: CHOOSY,
  };
}

/** Splits `total` events over `count` profiles: some watch ten times as much as others, everyone something. */
export function splitEvents(seed: number, tenant: string, total: number, count: number): Uint32Array {
  const random = new Random("activity", seed, tenant);
  const activity = Float64Array.from({ length: count }, () => 0.25 + Math.exp(0.6 * random.normal()));
  const sum = activity.reduce((all, one) => all + one, 0);
  let due = 0;
  let given = 0;
  return Uint32Array.from(activity, (one) => {
    due += (one / sum) * total;
    const quota = Math.round(due) - given;
    given += quota;
    return quota;
  });
}

function countryIndex(code: string): number {
  return Math.max(
    0,
    COUNTRIES.findIndex((country) => country.code === code),
  );
}
