/** An enum of the schema: its values as TypeGraphQL takes them, and what it has them say. */
export interface DescribedEnum<V extends string> {
  /** What the gateway calls a value, by its name in the schema. */
  values: Record<string, V>;
  described: Record<string, { description: string }>;
}

/** An enum from a table of its values and their meanings; `genreName` is `GENRE_NAME` in the schema. */
export function describedEnum<V extends string>(meanings: Readonly<Record<V, string>>): DescribedEnum<V> {
  const entries = Object.entries(meanings) as [V, string][];
  return {
    values: Object.fromEntries(entries.map(([value]) => [enumName(value), value])),
    described: Object.fromEntries(entries.map(([value, description]) => [enumName(value), { description }])),
  };
}

/** The name that a value has in the schema. */
export function enumName(value: string): string {
  return value.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toUpperCase();
}
