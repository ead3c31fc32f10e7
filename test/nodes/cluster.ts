import type { S3Settings } from "../../src/storage/blobs/s3.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

/** Several servers on one real PostgreSQL and one bucket. */
export interface Cluster {
  readonly nodes: readonly [World, World]
  readonly postgres: PostgresServer
  /** The database that they share. */
  readonly databaseUrl: string
  readonly s3: StrictS3
  readonly s3Settings: S3Settings
  close(): Promise<void>
}

export async function createCluster(options: WorldOptions = {}): Promise<Cluster> {
  const [postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
  const databaseUrl = await postgres.createDatabase()
  const { endpoint, region, bucket, accessKeyID, secretAccessKey } = s3
  const place = { endpoint, region, bucket, accessKeyID, secretAccessKey, pathStyle: true, prefix: "" }
  const s3Settings = { ...place, patience: { timeoutMs: 2_000, tries: 2, pauseMs: 1 } }
  const shared = { databaseUrl, s3: s3Settings, ...options }
  const nodes = [await createWorld(shared), await createWorld(shared)] as const
  return {
    nodes,
    postgres,
    databaseUrl,
    s3,
    s3Settings,
    async close() {
      for (const node of nodes) await node.close()
      await Promise.all([postgres.close(), s3.close()])
    },
  }
}
