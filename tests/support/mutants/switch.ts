import { Session, type Transaction } from "neo4j-driver";
import pg from "pg";

/** The switches of the mutants that are planted in this process. */
export interface Mutants {
  /** Which is switched on. */
  active: string | null;
  /** What statements are sent to Neo4j in, so that all they do can be undone; null where each is on its own. */
  within: Pick<Transaction, "run"> | null;
  /** Those that were come by since it was emptied. */
  reached: Set<string>;
  on(id: string): boolean;
}

declare global {
  var marqueeMutants: Mutants;
}

const MARKERS = /\/\*@(.*?)@\*\//g;

globalThis.marqueeMutants ??= {
  active: null,
  within: null,
  reached: new Set(),
  on(id) {
    this.reached.add(id);
    return this.active === id;
  },
};

/** What is switched on, as it is marked in a text, for a regular expression. */
function markersIn(text: string): string[] {
  const { active } = globalThis.marqueeMutants;
  const marker = `/*@${active}@*/`;
  return active !== null && text.includes(marker) ? [marker.replace(/[/*.]/g, "\\$&")] : [];
}

function note(text: string): void {
  for (const [, id] of text.matchAll(MARKERS)) globalThis.marqueeMutants.reached.add(id!);
}

/** A statement of PostgreSQL without the condition that is switched on: it stays, with its parameters, and decides nothing. */
function withoutCondition(text: string): string {
  note(text);
  const [marked] = markersIn(text);
  if (!marked) return text;
  const condition = new RegExp(
    `${marked}((?:[a-z]\\.)?tenant(?:_id)?\\s*= (?:\\$\\d+|[\\w."]+)(?:::int)?)`,
    "g",
  );
  return text.replace(condition, "(true or $1)");
}

type Sent = string | { text?: string; name?: string; submit?: unknown };
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the client
const send = pg.Client.prototype.query as (this: pg.Client, sent: Sent, ...others: unknown[]) => unknown;

function sendWithout(this: pg.Client, sent: Sent, ...others: unknown[]): unknown {
  if (typeof sent === "string") return send.call(this, withoutCondition(sent), ...others);
  if (typeof sent?.text !== "string") return send.call(this, sent, ...others);
  const text = withoutCondition(sent.text);
  if (text === sent.text) return send.call(this, sent, ...others);
  // COPY is a stream that sends itself.
  if (sent.submit) return send.call(this, Object.assign(sent, { text }), ...others);
  // Under a name of its own: a connection has the statement as it is under the other.
  const { name, values } = sent as { name?: string; values?: unknown[] };
  return send.call(this, { text, values, ...(name && { name: `${name}_without` }) } as Sent, ...others);
}
(pg.Client.prototype as unknown as { query: typeof sendWithout }).query = sendWithout;

/** A statement of Neo4j without the condition that is switched on: a pattern asks for no tenant, a comparison decides nothing. */
function withoutProperty(text: string): string {
  note(text);
  const [marked] = markersIn(text);
  if (!marked) return text;
  return text
    .replace(new RegExp(`${marked}tenant: \\$tenant(, )?`, "g"), "")
    .replace(new RegExp(`${marked}(\\w+\\.tenant = \\$tenant)`, "g"), "(true OR $1)");
}

type Parameters = Record<string, unknown>;
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the session
const run = Session.prototype.run as (this: Session, text: string, ...others: unknown[]) => unknown;

function runWithout(this: Session, text: string, parameters?: Parameters, ...others: unknown[]): unknown {
  const { within } = globalThis.marqueeMutants;
  const sent = withoutProperty(text);
  return within ? within.run(sent, parameters) : run.call(this, sent, parameters, ...others);
}
(Session.prototype as unknown as { run: typeof runWithout }).run = runWithout;
