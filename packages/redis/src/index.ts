export type {
  IoredisClient,
  IoredisCluster,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisScripts,
  NodeRedisSentinel,
  RedisClient,
  ScriptCall,
} from './client.ts'
export type { RedisStorageOptions } from './options.ts'
export { type RedisStorage, redisStorage } from './redis-storage.ts'
