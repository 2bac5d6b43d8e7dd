import { type IncomingMessage } from "node:http";

import { readTarget } from "./request-target.js";

/**
 * What takes a path off the front of a request's URL, for proxies that pass it on. Without it the URL is what it is, so
 * that health checks need not know of it.
 *
 * @param basePath begins with a slash and ends without one; null: there is none.
 */
export function withoutBasePath(basePath: string | null): (request: IncomingMessage) => string {
  return ({ url = "/" }) => {
    const { path } = readTarget(url);
    if (basePath === null || !path.startsWith(basePath)) return path;
    const rest = path.slice(basePath.length);
    return rest.startsWith("/") ? rest : path;
  };
}
