import { once } from "node:events";
import { createServer } from "node:net";

import { type FastifyInstance } from "fastify";

import { type Config } from "./config.js";
import { StartupError } from "../packages/process/startup-error.js";

/**
 * Listens on the configured address.
 *
 * @returns the URL.
 * @throws StartupError when the address cannot be had.
 */
export async function listen(app: FastifyInstance, { http: { port, host } }: Config): Promise<string> {
  try {
    return await app.listen({ port, host });
  } catch (error) {
    throw explain(error, port, host);
  }
}

/**
 * Finds out whether the configured address can be had, before work that would be in vain otherwise.
 *
 * @throws StartupError when it cannot.
 */
export async function checkAddress({ http: { port, host } }: Config): Promise<void> {
  const probe = createServer();
  try {
    await once(probe.listen({ port, host }), "listening");
  } catch (error) {
    throw explain(error, port, host);
  }
  probe.close();
  await once(probe, "close");
}

function explain(error: unknown, port: number, host: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new StartupError(
        `Port ${port} is in use. Stop what listens there, or choose another: PORT=${port < 65_535 ? port + 1 : 4000} npm start.`,
      );
    case "EACCES":
      return new StartupError(`Port ${port} needs more rights. Choose one above 1023 with PORT.`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartupError(
        `HOST "${host}" is no address of this machine. 127.0.0.1 is for this machine alone, 0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}
