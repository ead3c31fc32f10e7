import { join } from "node:path"
import * as z from "zod/mini"
import { SHARE_ID } from "../../protocol/ids.ts"
import { namesIn, readIfThere, writeWhole } from "../files.ts"

const entrySchema = z.looseObject({
  v: z.literal(1),
  shareID: z.string().check(z.regex(SHARE_ID)),
  /** Where the share is: its server's base URL. */
  server: z.string(),
  sessionID: z.string(),
  /** What people are given, with the key of an encrypted share in it. */
  url: z.string(),
  secret: z.string(),
  /** What OpenCode is given: it opens the deletion and nothing else. */
  deleteSecret: z.string(),
  /** The owner's key that the share was made with, its public half; without one, what is above alone opens it. */
  owner: z.optional(z.string()),
  /** Of an encrypted share. */
  keyText: z.optional(z.string()),
  /** The project's folder, in which the session can be read. */
  directory: z.string(),
  createdAt: z.number(),
  /** `removing`: it is to be deleted, and the server has not said yet that it is. */
  state: z.enum(["active", "removing", "removed"]),
})

/** One share that was made on this machine, with what it takes to write to it and to remove it. */
export type KeyringEntry = z.infer<typeof entrySchema>

/**
 * Every share that was made here, apart from OpenCode's database, so that a share can be removed though its session
 * is gone. One file a share: several OpenCode processes use it at once.
 */
export interface Keyring {
  all(): Promise<KeyringEntry[]>
  find(shareID: string): Promise<KeyringEntry | undefined>
  /** The newest active share of a session on a server. */
  findActive(sessionID: string, server: string): Promise<KeyringEntry | undefined>
  put(entry: KeyringEntry): Promise<void>
}

export function createKeyring(folder: string): Keyring {
  /** Entries never change their session, so those of others are not read again. */
  const sessionOf = new Map<string, string>()

  async function find(shareID: string): Promise<KeyringEntry | undefined> {
    if (!SHARE_ID.test(shareID)) return undefined
    const text = await readIfThere(join(folder, `${shareID}.json`))
    const entry = text === undefined ? undefined : readEntry(text)
    if (entry) sessionOf.set(shareID, entry.sessionID)
    return entry
  }

  async function shareIDs(): Promise<string[]> {
    return (await namesIn(folder)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5))
  }

  async function read(ids: readonly string[]): Promise<KeyringEntry[]> {
    const entries = await Promise.all(ids.map(find))
    return entries.filter((entry) => entry !== undefined)
  }

  return {
    find,
    all: async () => read(await shareIDs()),
    async findActive(sessionID, server) {
      const ids = (await shareIDs()).filter((id) => (sessionOf.get(id) ?? sessionID) === sessionID)
      const own = (await read(ids)).filter(
        (entry) => entry.sessionID === sessionID && entry.server === server && entry.state === "active",
      )
      return own.sort((a, b) => b.createdAt - a.createdAt)[0]
    },
    async put(entry) {
      sessionOf.set(entry.shareID, entry.sessionID)
      await writeWhole(join(folder, `${entry.shareID}.json`), `${JSON.stringify(entry, null, 2)}\n`)
    },
  }
}

/** A file that is no entry (another version's, or damaged) is left alone, and counts as none. */
function readEntry(text: string): KeyringEntry | undefined {
  try {
    const parsed = entrySchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
