import type { ApiClient } from "../../client/api-client.ts"
import { createSealer } from "../../encryption/sealer.ts"
import type { Item } from "../../protocol/item.ts"
import type { Finding } from "../../redaction/redactor.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { type Feed, openFeed } from "../sending/feed.ts"
import { createClearForm, createSealedForm } from "../sending/segment-form.ts"
import { createSender, type Sender } from "../sending/sender.ts"
import { openShareRedactor } from "../sending/share-redactor.ts"
import { createTakenOut } from "../sending/taken-out.ts"
import { createTyping, type Typing } from "../sending/typing.ts"
import { createFindingsReport } from "../telling/findings-report.ts"
import type { KeyringEntry } from "./keyring.ts"

/** A share that this process keeps in step with its session. */
export interface ActiveShare {
  readonly entry: KeyringEntry
  readonly feed: Feed
  hear(item: Item): void
  /** Text of a part that is being written. */
  hearDelta(delta: {
    sessionID: string
    messageID: string
    partID: string
    field: string
    delta: string
  }): void
  /** What is on disk by now is sent soon. */
  wake(): void
  /** Brings to disk, and to the server as far as the time allows, all that was heard. */
  settle(withinMs: number): Promise<void>
  /** Resolves when nothing of it writes any more. */
  stop(): Promise<void>
}

export interface ActiveShareHandlers {
  /** The server does not know the share any more. */
  onLost(entry: KeyringEntry, error: unknown): void
  /** A session that is not to be shared with what was found in it. */
  onBlocked(entry: KeyringEntry, found: readonly Finding[]): void
  onFailure(error: unknown): void
}

export async function openActiveShare(
  entry: KeyringEntry,
  { deps, api, handlers }: { deps: PluginDeps; api: ApiClient; handlers: ActiveShareHandlers },
): Promise<ActiveShare> {
  const { outbox, settings, notices, now } = deps
  const { shareID, keyText } = entry
  const sealer = keyText === undefined ? undefined : await createSealer(shareID, keyText)
  const redaction = await openShareRedactor(entry, deps)
  const report = createFindingsReport(entry, deps)
  const taken = createTakenOut({
    load: () => api.redactions(entry),
    openRule: sealer?.openRule,
    onFailure: handlers.onFailure,
  })
  let viewers = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const pace = () => (viewers > 0 ? deps.pace.watched : deps.pace.unwatched)

  const feed = await openFeed({
    entry,
    outbox,
    reader: deps.reader,
    redactor: redaction?.redactor,
    takeOut: taken.takeOut,
    saveRedaction: async () => redaction?.save(),
    subagents: settings.subagents,
    onFindings: (found) => report.add(found),
    ...(settings.redact?.mode === "block" && { onBlocked: (found) => handlers.onBlocked(entry, found) }),
    now,
    pause: deps.pause,
  })
  const sender: Sender = createSender({
    api,
    outbox,
    form: sealer
      ? createSealedForm({ sealer, api, share: entry, taken, sessionID: entry.sessionID, now })
      : createClearForm(),
    entry,
    fetch: deps.fetch,
    now,
    random: deps.random,
    pid: deps.pid,
    interval: () => pace().send,
    claim: () => feed.accepted.claim(),
    onAnswer(answer) {
      watch(answer.viewers)
      taken.hear(answer.redactions)
    },
    onMergeFailure: (error) => notices.log("warn", `a merge failed: ${String(error)}`),
    onFailure(error, final) {
      if (final) handlers.onLost(entry, error)
      else handlers.onFailure(error)
    },
  })
  const typing: Typing = createTyping({
    pass: async (deltas) =>
      api.pass(entry, sealer ? { sealed: await sealer.sealDeltas(deltas) } : { deltas }),
    redactor: redaction?.redactor,
    onViewers: watch,
    onFailure: (error) => notices.log("debug", String(error)),
    ask: () => sender.ask(),
    now,
  })

  function watch(count: number): void {
    const more = count > viewers
    viewers = count
    typing.watched(count, more)
  }

  function schedule(): void {
    if (timer) return
    timer = setTimeout(() => {
      timer = undefined
      flush().catch(handlers.onFailure)
    }, pace().flush)
    timer.unref?.()
  }

  async function flush(): Promise<void> {
    await feed.flush()
    sender.wake()
  }

  return {
    entry,
    feed,
    hear(item) {
      feed.hear(item)
      if (item.type === "part") typing.hear(item)
      schedule()
    },
    hearDelta: (delta) => typing.hearDelta(delta),
    wake: () => sender.wake(),
    async settle(withinMs) {
      const end = now() + withinMs
      clearTimeout(timer)
      timer = undefined
      await feed.flush()
      report.tell()
      await sender.settle(Math.max(0, end - now()))
    },
    async stop() {
      clearTimeout(timer)
      typing.stop()
      report.stop()
      await Promise.all([sender.stop(), feed.close()])
    },
  }
}
