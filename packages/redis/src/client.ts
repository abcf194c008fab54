/** A script's keys and arguments, as node-redis takes them. */
export interface ScriptCall {
  keys: string[]
  arguments: string[]
}

/** What all clients of node-redis share. */
export interface NodeRedisScripts {
  eval(script: string, call: ScriptCall): Promise<unknown>
  evalSha(sha1: string, call: ScriptCall): Promise<unknown>
}

/** The part of node-redis' `createClient()` and `createClientPool()` that is used. */
export interface NodeRedisClient extends NodeRedisScripts {
  sendCommand(command: string[]): Promise<unknown>
}

/** The part of node-redis' `createCluster()` that is used. */
export interface NodeRedisCluster extends NodeRedisScripts {
  sendCommand(firstKey: string, isReadonly: boolean, command: string[]): Promise<unknown>
  readonly masters: readonly unknown[]
  nodeClient(node: never): Pick<NodeRedisClient, 'sendCommand'> | Promise<Pick<NodeRedisClient, 'sendCommand'>>
}

/** The part of node-redis' `createSentinel()` that is used. */
export interface NodeRedisSentinel extends NodeRedisScripts {
  getMasterNode(): unknown
  sendCommand(isReadonly: boolean, command: string[]): Promise<unknown>
}

/** The part of ioredis' `Redis` that is used. */
export interface IoredisClient {
  call(command: string, ...args: string[]): Promise<unknown>
}

/** The part of ioredis' `Cluster` that is used. */
export interface IoredisCluster extends IoredisClient {
  nodes(role: 'master'): readonly IoredisClient[]
}

/** A client of node-redis 4 or later, or of ioredis 5 or later. The host connects it and closes it. */
export type RedisClient = NodeRedisClient | NodeRedisCluster | NodeRedisSentinel | IoredisClient | IoredisCluster
