import { type OperationDefinitionNode } from "graphql";

import { frozen } from "./frozen.js";
import { type Plan } from "./plan.js";
import { type ArgsByField } from "./run.js";

/** How many values of an operation's variables are remembered. */
const MOST = 16;

/** What a variable is that was not sent: no number's text. */
const ABSENT = Symbol("absent");

/** What follows from the values of variables alone. */
export interface Readied {
  readonly variableValues: Record<string, unknown>;
  /** By field of the plan, as far as they were asked for. */
  readonly args: ArgsByField;
  /** Undefined until it is made. */
  plan?: Plan;
}

/**
 * What follows from the values of an operation's variables, where these are few and small: numbers, flags and nulls.
 * Everything else, which may be somebody's own words, is read each time. What is remembered is frozen.
 */
export class ReadyValues {
  readonly #names: readonly string[];
  readonly #known = new Map<string, Readied>();

  constructor({ variableDefinitions = [] }: OperationDefinitionNode) {
    this.#names = variableDefinitions.map(({ variable }) => variable.name.value);
  }

  /** @param make makes it, or undefined where the values do not fit. */
  of(sent: Readonly<Record<string, unknown>>, make: () => Readied | undefined): Readied | undefined {
    const key = this.#keyOf(sent);
    const known = key === null ? undefined : this.#known.get(key);
    if (known) return known;
    const made = make();
    if (made && key !== null) this.#put(key, made);
    return made;
  }

  /** Null where it is not remembered. */
  #keyOf(sent: Readonly<Record<string, unknown>>): string | null {
    let key = "";
    for (const name of this.#names) {
      const value = Object.hasOwn(sent, name) ? sent[name] : ABSENT;
      if (!isSmall(value)) return null;
      key += `${String(value)},`;
    }
    return key;
  }

  #put(key: string, made: Readied): void {
    if (this.#known.size >= MOST) this.#known.clear();
    frozen(made.variableValues);
    this.#known.set(key, made);
  }
}

function isSmall(value: unknown): boolean {
  if (value === null || value === ABSENT || typeof value === "boolean") return true;
  return typeof value === "number" && !Object.is(value, -0);
}
