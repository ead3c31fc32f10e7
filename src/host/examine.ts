import { createHash, randomUUID } from "node:crypto"
import { access, constants, stat } from "node:fs/promises"
import { resolve } from "node:path"
import type { BlobStore } from "../shares/ports.ts"
import { openS3Store } from "../storage/blobs/s3.ts"
import { openPostgresStore } from "../storage/meta/postgres.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import type { Config } from "./config.ts"
import { databaseFile } from "./data-dir.ts"
import { createLog } from "./log.ts"

/** One thing that a server needs, and whether it has it. */
export interface Examined {
  name: string
  isWell: boolean
  /** A sentence: what is there, or what is wrong and what to do. */
  says: string
}

const TICKET_MS = 60_000
/** A signature that is older or newer is refused by most stores; links and expiries go wrong long before. */
const MOST_SKEW_MS = 30_000

/**
 * Tries what a server with these settings depends on: its database, where it keeps content, and whether clients can put
 * something there. What it puts it takes away; nothing else is changed. The server may run meanwhile.
 */
export async function* examine(config: Config): AsyncGenerator<Examined> {
  yield await tried("database", () => examineDatabase(config))
  if (config.s3 === undefined) {
    yield await tried("content", () => examineFolder(config.dataDir))
    return
  }
  const { s3 } = config
  let store: BlobStore | undefined
  yield await tried("bucket", async () => {
    store = await openS3Store(s3)
    return `The bucket ${s3.bucket} at ${s3.endpoint} can be listed, and keeps no old versions.`
  })
  if (!store) return
  const opened = store
  yield await tried("uploads", () => examineTicket(opened, s3.publicEndpoint ?? s3.endpoint))
  yield await tried("clock", () => examineClock(s3.endpoint))
}

async function tried(name: string, look: () => Promise<string>): Promise<Examined> {
  try {
    return { name, isWell: true, says: await look() }
  } catch (error) {
    return { name, isWell: false, says: error instanceof Error ? error.message : String(error) }
  }
}

async function examineDatabase({ databaseUrl: url, dataDir }: Config): Promise<string> {
  if (url !== undefined) {
    const store = await openPostgresStore({ url, migrate: false, log: createLog("silent") })
    await store.close()
    return "PostgreSQL answers, and its schema is this version's."
  }
  const file = databaseFile(dataDir)
  const isThere = await stat(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return `There is no database in ${resolve(dataDir)} yet: the first start makes it.`
  const store = await openSqliteStore({ file, migrate: false })
  await store.close()
  return `The database in ${resolve(dataDir)} opens, and its schema is this version's.`
}

async function examineFolder(folder: string): Promise<string> {
  const path = resolve(folder)
  const info = await stat(path).catch(() => undefined)
  if (!info) return `The folder ${path} is made by the first start.`
  await access(path, constants.W_OK | constants.X_OK).catch(() => {
    throw new Error(`This user may not write to ${path}: correct its rights, or DATA_DIR.`)
  })
  return `The folder ${path} can be written to.`
}

/** As a client does it: a permission, an upload without a key, and a look at what came. */
async function examineTicket(store: BlobStore, endpoint: string): Promise<string> {
  const body = new TextEncoder().encode(`better-share ${randomUUID()}\n`)
  const key = `examined/${randomUUID()}.txt`
  const sha256 = createHash("sha256").update(body).digest("hex")
  const ticket = await store.ticket({
    key,
    contentType: "text/plain",
    expiresAt: Date.now() + TICKET_MS,
    exact: { bytes: body.byteLength, sha256 },
  })
  try {
    const answer = await fetch(ticket.url, {
      method: "PUT",
      headers: ticket.headers,
      body,
      redirect: "manual",
    }).catch(() => {
      throw new Error(`Clients cannot reach ${endpoint}: correct S3_PUBLIC_ENDPOINT.`)
    })
    if (!answer.ok)
      throw new Error(
        `${endpoint} answered a client's upload with ${answer.status}: correct S3_PUBLIC_ENDPOINT, or what stands in front of it.`,
      )
    if ((await store.head(key))?.size !== body.byteLength)
      throw new Error(
        `What a client puts at ${endpoint} does not come to the bucket: correct S3_PUBLIC_ENDPOINT.`,
      )
    return `A client can put something into the bucket by ${endpoint}, with a permission of the server's.`
  } finally {
    await store.delete(key)
  }
}

async function examineClock(endpoint: string): Promise<string> {
  const answer = await fetch(endpoint, { method: "HEAD", redirect: "manual" })
  const there = Date.parse(answer.headers.get("date") ?? "")
  if (Number.isNaN(there)) return "The object storage does not say what time it is."
  const skew = Math.round((Date.now() - there) / 1000)
  if (Math.abs(skew) * 1000 > MOST_SKEW_MS)
    throw new Error(
      `This machine's clock is ${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"} the object storage's: set it by NTP.`,
    )
  return "This machine's clock and the object storage's agree."
}
