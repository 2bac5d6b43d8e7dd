export type BuildTarget = "server" | "program" | "playground";

/** Builds what is out of date, and says how it goes. Answers whether everything is built now. */
export function build(options?: { force?: boolean; only?: BuildTarget[] }): Promise<boolean>;

/** Makes the next build build these again, whatever their sources; all of them unless named. */
export function forgetBuild(names?: BuildTarget[]): void;

/** Removes what was compiled from sources that are gone. */
export function removeStaleOutputs(): void;
