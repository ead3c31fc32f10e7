import { createPostgresServer } from "../test/postgres/server.ts"
import { startStrictS3 } from "../test/s3/strict-s3.ts"
import { type BackingFigures, readBacking } from "./backing-figures.ts"

/** What a server stands on when it is not one alone: real PostgreSQL, and an S3 server of this process. */
export interface Backing {
  database: string
  /** Bytes put into the bucket so far. */
  written(): number
  figures(): Promise<BackingFigures>
  /** The settings with which a server stands on it. */
  env: Record<string, string>
  close(): Promise<void>
}

export async function openBacking(): Promise<Backing> {
  const [postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
  const database = await postgres.createDatabase()
  return {
    database,
    written: () => s3.seen.reduce((sum, { bytes }) => sum + bytes, 0),
    figures: () => readBacking(postgres, s3),
    env: {
      DATABASE_URL: database,
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: s3.bucket,
      S3_REGION: s3.region,
      S3_ACCESS_KEY_ID: s3.accessKeyID,
      S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    },
    async close() {
      await Promise.all([postgres.close(), s3.close()])
    },
  }
}
