import { mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { createPostgresServer } from "../postgres/server.ts"
import { type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"
import { createCli } from "./cli.ts"

/** A server, and a machine that has shared nothing to it yet. */
export interface Place {
  world: World
  cwd: string
  env: Record<string, string>
  cli: ReturnType<typeof createCli>
  /** The same from another machine. */
  another(): Promise<ReturnType<typeof createCli>>
}

/** Everything is taken down when the test ends. */
export async function createPlace(options: WorldOptions = {}): Promise<Place> {
  const world = await createWorld(options)
  onTestFinished(() => world.close())
  const newMachine = async () => {
    const cwd = await realpath(await mkdtemp(join(tmpdir(), "better-share-cli-")))
    onTestFinished(() => rm(cwd, { recursive: true, force: true }))
    return { cwd, env: { HOME: cwd, PATH: "/nowhere", BETTER_SHARE_BASE_URL: world.url } }
  }
  const machine = await newMachine()
  return {
    world,
    ...machine,
    cli: createCli(machine),
    another: async () => createCli(await newMachine()),
  }
}

/** What `opencode export` would say of a small session. */
export function exported(sessionID: string, texts: readonly string[], title = "A small session") {
  return {
    info: {
      id: sessionID,
      slug: "small",
      title,
      directory: "/srv/app",
      version: "1.18.33",
      time: { created: 1, updated: 2 },
    },
    messages: texts.map((text, at) => {
      const id = `msg_00000000${String(at).padStart(4, "0")}AAAAAAAAAAAAAA`
      return {
        info: { id, sessionID, role: at % 2 === 0 ? "user" : "assistant", time: { created: at + 1 } },
        parts: [{ id: id.replace("msg", "prt"), messageID: id, sessionID, type: "text", text }],
      }
    }),
  }
}

/** What a server's environment says of PostgreSQL and a bucket, both of which end with the test. */
export async function elsewhere(): Promise<{ s3: StrictS3; settings: Record<string, string> }> {
  const postgres = await createPostgresServer()
  onTestFinished(() => postgres.close())
  const s3 = await startStrictS3()
  onTestFinished(() => s3.close())
  const settings = {
    DATABASE_URL: await postgres.createDatabase(),
    S3_ENDPOINT: s3.endpoint,
    S3_BUCKET: s3.bucket,
    S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.accessKeyID,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  }
  return { s3, settings }
}
