import { once } from "node:events";
import { createServer } from "node:net";

import { type FastifyInstance } from "fastify";

import { StartupError } from "../packages/process/startup-error.js";

/** Where to listen, and the variables that say so. */
export interface ListenAddress {
  port: number;
  host: string;
  variables: { port: string; host: string };
}

/**
 * Listens on a configured address.
 *
 * @returns the URL.
 * @throws StartupError when the address cannot be had.
 */
export async function listen(app: FastifyInstance, address: ListenAddress): Promise<string> {
  const { port, host } = address;
  try {
    return await app.listen({ port, host });
  } catch (error) {
    throw explain(error, address);
  }
}

/**
 * Finds out whether a configured address can be had, before work that would be in vain otherwise.
 *
 * @throws StartupError when it cannot.
 */
export async function checkAddress(address: ListenAddress): Promise<void> {
  const { port, host } = address;
  const probe = createServer();
  try {
    await once(probe.listen({ port, host }), "listening");
  } catch (error) {
    throw explain(error, address);
  }
  probe.close();
  await once(probe, "close");
}

function explain(error: unknown, { port, host, variables }: ListenAddress): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new StartupError(
        `Port ${port} is in use. Stop what listens there, or choose another: ${variables.port}=${anotherPort(port)} npm start.`,
      );
    case "EACCES":
      return new StartupError(
        `Port ${port} needs more rights. Choose one above 1023 with ${variables.port}.`,
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new StartupError(
        `${variables.host} "${host}" is no address of this machine. 127.0.0.1 is for this machine alone, 0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}

/** Past the port of operators, which is the next one. */
function anotherPort(port: number): number {
  return port < 65_525 ? port + 10 : 4000;
}
