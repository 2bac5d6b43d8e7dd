import { type FieldPath } from "../datasources/core/store-request.js";
import { type RecommendationContext } from "../datasources/core/vocabulary.js";
import { type Assignment, type Tried } from "../datasources/experiments/assignment.js";
import { coinOf } from "../datasources/experiments/coin.js";
import { teamDraft } from "../packages/interleaving/index.js";
import { type ProfileValue } from "./profile.value.js";
import { armsOf } from "./experiment-arms.js";
import { candidatesIn, type Suggesting } from "./recommendation-contexts.js";
import { type Candidate, type Candidates } from "./recommendations.js";
import { type Context } from "./request/context.js";
import { withSponsored } from "./sponsored.js";
import { beginServing, type Served } from "./served-lists.js";

/** What suggestions are asked for, as far as it is the client's to say. */
export interface Asked extends Omit<Suggesting, "model" | "isForChild"> {
  /** Whether the client has said how strongly they are varied: no experiment says otherwise then. */
  isDiversityStated: boolean;
}

/** What of experiments makes a difference to lists of a context: what is popular, or like a title, no model of theirs has learned. */
const MAKES: Readonly<Record<RecommendationContext, readonly Tried[]>> = {
  HOME: ["model", "diversity"],
  AFTER_WATCHING: ["model", "diversity"],
  BECAUSE: ["diversity"],
  SEARCH_EMPTY: [],
};

type Variant = Pick<Assignment, Tried>;

/**
 * Titles for a profile in a context, by the arms that it is in and with those of campaigns in their places, and what notes
 * the list that is made of them.
 */
export async function serve(
  ctx: Context,
  { localId: profile, kind }: ProfileValue,
  path: FieldPath,
  asked: Asked,
) {
  const makes = MAKES[asked.context].filter((tried) => tried !== "diversity" || !asked.isDiversityStated);
  const part = await armsOf(ctx, profile, path, makes);
  const note = beginServing(
    ctx,
    { profile, context: asked.context, arms: part.arms, model: part.model },
    path,
  );
  const by = ({ model, diversity }: Variant) => {
    const strength = diversity === null || asked.isDiversityStated ? asked.diversity : diversity / 100;
    const isForChild = kind === "KIDS";
    return candidatesIn(ctx, profile, path, { ...asked, model, diversity: strength, isForChild });
  };
  const list = part.between ? await interleaved(ctx, profile, path, part.between, by) : await by(part);
  const entries = withSponsored(list.entries, list.sponsored);
  return { entries, personalised: list.personalised, note: part.between ? noting(note, entries) : note };
}

/** Positions of the arms that are interleaved. */
const TEAMS = { A: 1, B: 2 } as const;

/**
 * What two arms would list, as one list, in which no score orders anything. For the same profile the coin falls the same for a
 * day, so that pages go on from each other.
 */
async function interleaved(
  ctx: Context,
  profile: string,
  path: FieldPath,
  { experiment, arms }: NonNullable<Assignment["between"]>,
  by: (arm: Variant) => Promise<Candidates>,
): Promise<Candidates> {
  const [one, other] = await Promise.all([by(arms[0]), by(arms[1])]);
  const { now } = await ctx.audience(path);
  const coin = coinOf(String(ctx.tenant.id), experiment, profile, now.toISOString().slice(0, 10));
  const byId = ({ entries }: Candidates) => new Map(entries.map((each) => [each.titleId, each]));
  const lists = { A: byId(one), B: byId(other) };
  const drafted = teamDraft([...lists.A.keys()], [...lists.B.keys()], coin);
  const entries = drafted.map(({ item: id, team }, at) => {
    const position = { value: -at, id };
    return { ...lists[team].get(id)!, position, team: TEAMS[team] };
  });
  return { ...one, entries };
}

/** Notes with the titles who has put them there; no model, since two have answered. */
function noting(note: (served: Served) => Promise<void>, entries: readonly Candidate[]) {
  const teams = new Map(entries.map(({ titleId, team }) => [titleId, team ?? 0]));
  return (served: Served) =>
    note({ ...served, learned: false, teams: served.titles.map((id) => teams.get(id) ?? 0) });
}
