import { MAX_DAYS, STANDARD_DAYS } from "../datasources/core/insight-rules.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import {
  InsightsSpentError,
  isMonday,
  latestClosed,
  THOUSANDTHS,
  type InsightAccount,
  type InsightBudget as Budget,
  type InsightQuestion,
  type InsightRelease as Release,
} from "../datasources/insights/insights.js";
import { EARLIEST } from "../datasources/viewing/viewing-writing.js";
import {
  type InsightArgs,
  type InsightBudget,
  type InsightRelease,
  type TitleInsight,
} from "../schema/insights.type.js";
import { type Answer } from "./answer.js";
import { actorOf } from "./request/actor.js";
import { type Context } from "./request/context.js";
import { badInput, clientError } from "./request/errors.js";
import { loadTitle } from "./titles.js";

const SECONDS_PER_HOUR = 3_600;
const DAY_MS = 86_400_000;

const dayOf = (date: Date) => date.toISOString().slice(0, 10);
const rounded = (value: number) => Math.round(value * 100) / 100;
const hours = (seconds: number) => rounded(seconds / SECONDS_PER_HOUR);

/**
 * What is told of the period that arguments name.
 *
 * @throws BAD_USER_INPUT, INSIGHTS_SPENT.
 */
export async function releaseOf(ctx: Context, path: FieldPath, args: InsightArgs): Promise<Release> {
  const { stores, insightBudget } = ctx.gateway;
  const question = questionOf(args);
  try {
    return await stores.insights.release(ctx.on(path), question, insightBudget, actorOf(ctx));
  } catch (error) {
    throw error instanceof InsightsSpentError ? spentError(error, insightBudget) : error;
  }
}

function questionOf({ days, until, country }: InsightArgs): InsightQuestion {
  const [period, latest] = [days ?? STANDARD_DAYS, latestClosed(new Date())];
  if (period < 1 || period > MAX_DAYS)
    throw badInput("days", `${period} is out of range`, `1 to ${MAX_DAYS}`);
  const end = until ? dayOf(until) : latest;
  const earliest = dayOf(EARLIEST);
  if (!isMonday(end) || end > latest || end < earliest)
    throw badInput("until", `${end} ends no period that is closed`, `a Monday from ${earliest} to ${latest}`);
  return { days: period, until: end, country: country?.toUpperCase() ?? null };
}

function spentError({ spent, moreAt }: InsightsSpentError, { total, days }: Budget) {
  const [limit, remaining] = [total / THOUSANDTHS, Math.max(0, total - spent) / THOUSANDTHS];
  const resetSeconds = Math.max(1, Math.ceil((Date.parse(moreAt) - Date.now()) / 1_000));
  return clientError(
    "INSIGHTS_SPENT",
    `What may be told about viewers within ${days} days has been told: ε ${remaining} of ${limit} is left. What was told can be asked for again; something new from ${moreAt} on.`,
    { limit, remaining, resetSeconds },
  );
}

/** The first titles of a release, without those that its asker may not meet; one batch of documents. */
export async function insightsOf(ctx: Context, path: FieldPath, release: Release, first: number) {
  const { noise, hoursNoise, epsilon } = worthOf(release);
  const insights = await Promise.all(
    release.titles.slice(0, first).map(async ({ titleId, watchedSeconds, viewers, stayed, completions }) => {
      const title = await loadTitle(ctx, titleId, path);
      const figures = { viewers, stayed, completions, watchedHours: hours(watchedSeconds) };
      return title && ({ title, ...figures, noise, hoursNoise, epsilon } satisfies Answer<TitleInsight>);
    }),
  );
  return insights.filter((insight) => insight !== null);
}

/** What a release is worth. */
export function worthOf({ days, until, country, releasedAt, leastViewers, ...release }: Release) {
  return {
    from: new Date(Date.parse(until) - days * DAY_MS),
    until: new Date(until),
    country,
    epsilon: release.epsilon / THOUSANDTHS,
    releasedAt,
    noise: rounded(release.viewersNoise),
    hoursNoise: hours(release.secondsNoise),
    leastViewers,
  } satisfies Answer<InsightRelease>;
}

export function budgetOf({ perRelease, total, days }: Budget, { spent, moreAt }: InsightAccount) {
  return {
    epsilon: perRelease / THOUSANDTHS,
    total: total / THOUSANDTHS,
    spent: spent / THOUSANDTHS,
    days,
    moreAt,
  } satisfies Answer<InsightBudget>;
}
