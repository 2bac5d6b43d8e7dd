import { packageRoot } from "../packages/process/package-root.js";

/** Variables by name, as a process is given them. */
export type Environment = Record<string, string | undefined>;

/** The environment of this process: scripts and benches read it here and nowhere else. */
export const environment: Environment = process.env;

/** The project's folder. Compiled scripts lie in `dist/`, so that no path counts from where they are. */
export const ROOT = packageRoot();
