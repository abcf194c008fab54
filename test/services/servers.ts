import { mariadbKind } from './mariadb.ts'
import { pgbouncerKind } from './pgbouncer.ts'
import { postgresKind } from './postgres.ts'
import type { ServiceName } from './programs.mjs'
import { redisKind } from './redis.ts'
import { createCluster } from './redis-cluster.ts'
import { createServer, type Server } from './server.ts'

export type { ServiceName } from './programs.mjs'
export type { Server, Service } from './server.ts'

/**
 * Starts a server of a test's own, in a temporary folder and on a free port. It ends with the process that started it.
 * @throws where its programs are missing, or it does not start
 */
export function startServer(
  name: ServiceName,
  settings: {
    /**
     * Whether what it has confirmed survives a kill; without, it is faster.
     * @defaultValue true
     */
    readonly durable?: boolean
    /** More arguments for its program; for PgBouncer, the address of the PostgreSQL behind it. */
    readonly extra?: readonly string[]
  } = {},
): Promise<Server> {
  const { durable = true, extra = [] } = settings
  switch (name) {
    case 'postgres':
      return createServer(postgresKind(durable, extra))
    case 'mariadb':
      return createServer(mariadbKind(durable, extra))
    case 'redis':
      return createServer(redisKind(durable, extra))
    case 'redis-cluster':
      return createCluster(durable, extra)
    case 'pgbouncer':
      return createServer(pgbouncerKind(extra))
  }
}
