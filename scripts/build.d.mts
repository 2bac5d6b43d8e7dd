/** Builds what is out of date, and says how it goes. Answers whether everything is built now. */
export function build(options?: { force?: boolean; only?: ("server" | "playground")[] }): Promise<boolean>;
