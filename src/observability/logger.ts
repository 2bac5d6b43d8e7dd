import { pino, type Logger } from "pino";

import { type Config } from "../config.js";

export type { Logger };

/** JSON lines on standard output; what could let somebody in is never written. */
export function createLogger(config: Pick<Config, "logLevel">): Logger {
  return pino({
    level: config.logLevel,
    base: null,
    redact: {
      paths: [
        "*.authorization",
        "*.password",
        "*.passwordHash",
        "*.accessToken",
        "*.refreshToken",
        "*.cookie",
      ],
      censor: "[redacted]",
    },
  });
}
