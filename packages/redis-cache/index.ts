/** What several processes have in common, in Redis or Valkey, which may be away. Knows nothing of what it is. */
export { RedisCache, type RedisCacheFigures, type RedisCacheOptions } from "./redis-cache.js";
