import type { ApiClient } from "../../client/api-client.ts"
import { createSealer } from "../../encryption/sealer.ts"
import type { Item } from "../../protocol/item.ts"
import type { Finding } from "../../redaction/redactor.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { type Feed, openFeed } from "../sending/feed.ts"
import { createClearForm, createSealedForm } from "../sending/segment-form.ts"
import { createSender, type Sender } from "../sending/sender.ts"
import { openShareRedactor } from "../sending/share-redactor.ts"
import { createTyping, type Typing } from "../sending/typing.ts"
import { countKinds } from "../telling/findings.ts"
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

/** The findings of a first reading arrive within this, and are told together. */
const TELL_AFTER_MS = 2_000

export interface ActiveShareHandlers {
  /** The server does not know the share any more. */
  onLost(entry: KeyringEntry, error: unknown): void
  onFailure(error: unknown): void
}

export async function openActiveShare(
  entry: KeyringEntry,
  { deps, api, handlers }: { deps: PluginDeps; api: ApiClient; handlers: ActiveShareHandlers },
): Promise<ActiveShare> {
  const { outbox, settings, notices, audit, now } = deps
  const { shareID, keyText } = entry
  const sealer = keyText === undefined ? undefined : await createSealer(shareID, keyText)
  const redaction = await openShareRedactor(entry, deps)
  const findings: Finding[] = []
  let viewers = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let telling: ReturnType<typeof setTimeout> | undefined
  let told = false
  const pace = () => (viewers > 0 ? deps.pace.watched : deps.pace.unwatched)

  const feed = await openFeed({
    entry,
    outbox,
    reader: deps.reader,
    redactor: redaction?.redactor,
    saveRedaction: async () => redaction?.save(),
    subagents: settings.subagents,
    blocks: settings.redact?.mode === "block",
    onFindings,
    now,
    pause: deps.pause,
  })
  const sender: Sender = createSender({
    api,
    outbox,
    form: sealer
      ? createSealedForm({ sealer, api, share: entry, sessionID: entry.sessionID, now })
      : createClearForm(),
    entry,
    fetch: deps.fetch,
    now,
    random: deps.random,
    pid: deps.pid,
    interval: () => pace().send,
    claim: () => feed.accepted.claim(),
    onAnswer: (answer) => watch(answer.viewers),
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

  function onFindings(found: readonly Finding[]): void {
    findings.push(...found)
    audit.record({
      event: "redacted",
      sessionID: entry.sessionID,
      shareID: entry.shareID,
      kinds: countKinds(found),
    })
    if (told || telling) return
    telling = setTimeout(tellFindings, TELL_AFTER_MS)
    telling.unref?.()
  }

  /** Once a share: what comes later stands in the log. */
  function tellFindings(): void {
    clearTimeout(telling)
    telling = undefined
    if (told || findings.length === 0) return
    told = true
    const blocked = settings.redact?.mode === "block"
    const message = blocked
      ? `Not shared, as it holds secrets: ${countKinds(findings)}.`
      : `Removed before sharing: ${countKinds(findings)}.`
    notices.tell({ key: `findings ${entry.shareID}`, variant: blocked ? "warning" : "info", message })
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
      tellFindings()
      await sender.settle(Math.max(0, end - now()))
    },
    async stop() {
      clearTimeout(timer)
      typing.stop()
      await Promise.all([sender.stop(), feed.close()])
    },
  }
}
