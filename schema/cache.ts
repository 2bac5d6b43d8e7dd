import { Extensions } from "type-graphql";

/**
 * Of a field: for how long caches between the gateway and a visitor may keep what it answers. Of an operation the
 * shortest-lived field decides; a field that says nothing lives as long as the one around it, and one of the query
 * itself is not kept. Printed as `@cacheControl`, the directive that Apollo's servers and routers have for it
 * (https://www.apollographql.com/docs/apollo-server/performance/caching).
 *
 * @param seconds 0: not at all.
 */
export function CacheFor(seconds: number) {
  return Extensions({ cacheSeconds: seconds });
}
