/** How far everything held about an account has been put together. */
export const EXPORT_STATES = {
  PENDING: "Being put together.",
  READY: "It can be fetched.",
} as const satisfies Record<string, string>;

export type ExportState = keyof typeof EXPORT_STATES;

/** How far an account has been erased. */
export const ERASURE_STATES = {
  PENDING: "Asked for: nobody can sign in any more.",
  RUNNING: "The facts are gone; projections hear of it, and every store is looked through.",
  DONE: "Nothing of it was found anywhere.",
} as const satisfies Record<string, string>;

export type ErasureState = keyof typeof ERASURE_STATES;
