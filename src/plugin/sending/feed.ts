import { type Item, type ItemKey, itemKey } from "../../protocol/item.ts"
import type { SessionData } from "../../protocol/opencode.ts"
import type { Finding, Redactor } from "../../redaction/redactor.ts"
import { isGrowing, withoutKey } from "../opencode/session-items.ts"
import type { SessionReader } from "../opencode/session-reader.ts"
import type { KeyringEntry } from "../shares/keyring.ts"
import { type Accepted, openAccepted } from "./accepted.ts"
import { toLine } from "./fit-item.ts"
import { nameOf, type Outbox } from "./outbox.ts"

/**
 * What one shared session says, on its way into the outbox: the last version of each item that changed, redacted.
 * Events are the newest word on an item; OpenCode's own syncs and a reading of its store come second, as either may
 * have been under way while an event came.
 */
export interface Feed {
  /** An event. Returns at once. */
  hear(item: Item): void
  /** Items of a sync. */
  take(items: readonly Item[]): void
  /** Reads the session as OpenCode stores it, and its subagents': what changed unheard is made good. */
  catchUp(): Promise<void>
  /** Resolves when all that was heard or taken is on disk. */
  flush(): Promise<void>
  /** Takes in nothing any more. Resolves when nothing is being written. */
  close(): Promise<void>
  readonly accepted: Accepted
}

export interface FeedDeps {
  entry: KeyringEntry
  outbox: Outbox
  reader: SessionReader
  /** Undefined: content goes up as it is. */
  redactor: Redactor | undefined
  /** The same item without what its owner took out of the share by hand. */
  takeOut(item: Item): Item
  /** Makes the redactor's memory durable. Called before anything that it replaced is. */
  saveRedaction(): Promise<void>
  subagents: boolean
  /** With it, nothing is sent any more once something is found. Must not throw. */
  onBlocked?(findings: readonly Finding[]): void
  onFindings(findings: readonly Finding[]): void
  now: () => number
  /** Resolves in a later turn of the event loop. */
  pause: () => Promise<void>
}

/** Lines of one batch, in characters: what is redacted must not all wait in memory. */
const BATCH = 4 * 1024 * 1024

export async function openFeed(deps: FeedDeps): Promise<Feed> {
  const { entry, outbox, reader, redactor } = deps
  const root = entry.sessionID
  const accepted = await openAccepted(outbox.folderOf(entry.shareID), root)
  const dirty = new Map<ItemKey, Item>()
  /** When something last spoke of a key: an event by its number, anything else as 0. */
  const heard = new Map<ItemKey, number>()
  let clock = 0
  let work: Promise<void> = Promise.resolve()
  let closed = false
  /** When OpenCode had its turn last. */
  let turn = 0

  function note(item: Item): ItemKey {
    const key = itemKey(item, root)
    // Behind what came before it, also when it replaces that: a removal and its item keep their order.
    dirty.delete(key)
    dirty.set(key, item)
    return key
  }

  function hear(item: Item): void {
    const key = note(item)
    heard.set(subject(item, key), ++clock)
  }

  /** What OpenCode's own share client sends is about a second old: it counts where nothing else has spoken. */
  function take(items: readonly Item[]): void {
    for (const item of items) {
      const key = itemKey(item, root)
      if (!FOLLOWED.has(item.type) || !heard.has(key)) note(item)
      if (!heard.has(key)) heard.set(key, 0)
    }
  }

  /** What was read of the store counts where no event has spoken since the reading began. */
  function takeRead(items: readonly Item[], since: number): void {
    for (const item of items) {
      const key = subject(item, itemKey(item, root))
      if ((heard.get(key) ?? 0) > since) continue
      note(item)
      heard.set(key, heard.get(key) ?? 0)
    }
  }

  function flush(): Promise<void> {
    work = work.catch(() => {}).then(drain)
    return work
  }

  async function drain(): Promise<void> {
    while (dirty.size > 0 && !closed) {
      const batch: { item: Item; line: string }[] = []
      const taken: [ItemKey, Item][] = []
      const findings: Finding[] = []
      /** Keys that this batch speaks of. */
      const said = new Set<ItemKey>()
      let size = 0
      for (const [key, item] of dirty) {
        if (size > BATCH) break
        dirty.delete(key)
        taken.push([key, item])
        await breathe()
        const clean = await redact(withoutKey(item))
        if (!clean) continue
        findings.push(...clean.findings)
        const shared = deps.takeOut(clean.item)
        const line = toLine(shared)
        const about = subject(shared, itemKey(shared, root))
        // Unless this very batch says something else of it before.
        if (!said.has(about) && accepted.has(shared, line)) continue
        said.add(about)
        batch.push({ item: shared, line })
        size += line.length
      }
      try {
        if (findings.length > 0) await deps.saveRedaction()
        await outbox.accept(
          entry.shareID,
          batch.map(({ item, line }) => ({ name: nameOf(itemKey(item, root)), json: line })),
        )
      } catch (error) {
        // Not on disk, so still to be done, unless there is something newer by now.
        const newer = [...dirty]
        dirty.clear()
        for (const [key, item] of [...taken, ...newer]) {
          dirty.delete(key)
          dirty.set(key, item)
        }
        throw error
      }
      await accepted.record(batch)
      if (findings.length > 0) deps.onFindings(findings)
    }
  }

  /** Thousands of small items in a row would keep OpenCode's thread as one large one would. */
  async function breathe(): Promise<void> {
    if (deps.now() - turn < TURN_MS) return
    await deps.pause()
    turn = deps.now()
  }

  async function redact(item: Item): Promise<{ item: Item; findings: Finding[] } | undefined> {
    if (!redactor) return { item, findings: [] }
    const clean = await redactor.redact(item, { growing: isGrowing(item) })
    if (!deps.onBlocked || clean.findings.length === 0) return clean
    closed = true
    deps.onBlocked(clean.findings)
    return undefined
  }

  async function catchUp(): Promise<void> {
    const since = clock
    const session = await reader.session(root)
    if (!session) return
    const sessions = [session, ...(deps.subagents ? await reader.descendants(root) : [])]
    for (const each of sessions) await readAll(each, since)
  }

  async function readAll(session: SessionData, since: number): Promise<void> {
    const gone = new Set(accepted.keysOf(session.id))
    for await (const items of reader.items(session)) {
      for (const item of items) gone.delete(itemKey(item, root))
      takeRead(items, since)
      // A page of short messages is not worth a file of its own.
      if (dirty.size >= READ_AT_A_TIME) await flush()
    }
    takeRead(removals(gone, session.id), since)
    await flush()
  }

  return {
    async close() {
      closed = true
      await work.catch(() => {})
    },
    hear,
    take,
    catchUp,
    flush,
    accepted,
  }
}

const TURN_MS = 10
/** Items that are read before they are written down. */
const READ_AT_A_TIME = 500

/** Types that events tell of. */
const FOLLOWED = new Set(["session", "message", "part", "session_diff"])

/** What a removal speaks of is the item that it removes: an older reading must not bring that back. */
function subject({ type, data }: Item, key: ItemKey): ItemKey {
  const { id, messageID } = data as { id?: string; messageID?: string }
  if (type === "message_removed") return `message/${id}`
  return type === "part_removed" ? `part/${messageID}/${id}` : key
}

function removals(keys: Iterable<ItemKey>, sessionID: string): Item[] {
  return [...keys].map((key): Item => {
    const [type, first, second] = key.split("/")
    return type === "message"
      ? { type: "message_removed", data: { id: first, sessionID } }
      : { type: "part_removed", data: { id: second, messageID: first, sessionID } }
  })
}
