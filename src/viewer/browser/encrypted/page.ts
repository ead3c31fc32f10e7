import { SealError } from "../../../encryption/seal-error.ts"
import { createSealer, type Sealer } from "../../../encryption/sealer.ts"
import { readKeyText } from "../../../encryption/share-key.ts"
import type { Document } from "../../../protocol/document.ts"
import type { RenderContext } from "../../frame.ts"
import { type Outline, outline, renderChanges, renderInSteps } from "../../live.ts"
import { renderWholePart } from "../../part-page.ts"
import { applyOps } from "../apply.ts"
import { saidIn } from "../copy-message.ts"
import { showGone } from "../gone.ts"
import { type Following, followShare } from "../live.ts"
import { keepPlace } from "../reader.ts"
import { watchReading } from "../reading.ts"
import { SEARCH_KEY, watchSearch } from "../search.ts"
import { parseElement } from "../server-html.ts"
import { settlePage } from "../settle.ts"
import { SCHEME_KEY, watchThemes } from "../themes.ts"
import { localiseTimes } from "../times.ts"
import { watchUnfolding } from "../unfold.ts"
import { watchFragment } from "./fragment.ts"
import { createMemory } from "./memory.ts"
import { NOTICES, noticeOf, showNotice, showWarning } from "./notice.ts"
import { type Caught, createSealedShare, Gone } from "./sealed-share.ts"
import { createFind } from "./search.ts"

/** Between tries to reach the server for the first time. Milliseconds. */
const RETRY_MS = 3_000
/** Drawing pauses after so long, for the reader to scroll and click. */
const SLICE_MS = 30

/** The page of an encrypted share: decrypts what the server keeps, and draws it as the server draws other shares. */
async function start(): Promise<void> {
  localiseTimes(document)
  const { share, events, metadata, segments } = document.body.dataset
  if (!share || !events || !metadata || !segments) return
  const keyText = readKeyText(location.hash)
  if (globalThis.crypto?.subtle === undefined) {
    showNotice(NOTICES.insecure)
    return
  }
  if (keyText === undefined) {
    // The whole link may still be pasted into the address.
    addEventListener("hashchange", () => location.reload())
    showNotice(NOTICES.no_key)
    return
  }
  const opening = document.getElementById("opening")
  if (opening) opening.hidden = false
  const sealer = await createSealer(share, keyText)
  open({ shareID: share, keyText, sealer, urls: { events, metadata, segments } })
}

interface Opened {
  shareID: string
  keyText: string
  sealer: Sealer
  urls: { events: string; metadata: string; segments: string }
}

function open({ shareID, keyText, sealer, urls }: Opened): void {
  const context: RenderContext = { shareID, assets: { script: "", style: "" }, sealed: true }
  const memory = createMemory(shareID, sealer.keyID)
  const sealed = createSealedShare({
    sealer,
    segments: urls.segments,
    fetch: (url) => fetch(url, { cache: "no-store", credentials: "same-origin" }),
  })
  const fragment = watchFragment(keyText)
  let shown: { outline: Outline; document: Document; revision: number } | undefined
  let following: Following | undefined
  let working: Promise<unknown> = Promise.resolve()

  function settle(): void {
    settlePage()
    fragment.settle()
  }

  /** One after the other. Resolves to the revision that the page then shows; rejects when it can be tried again. */
  function catchUp(): Promise<number> {
    const done = working.catch(() => {}).then(catchUpNow)
    working = done
    return done
  }

  async function catchUpNow(): Promise<number> {
    try {
      const caught = await sealed.catchUp()
      const seen = Math.max(memory.recall(), shown?.revision ?? 0)
      if (caught.revision < seen) warnOfRollback(caught.revision, seen)
      memory.remember(caught.revision)
      // What the page shows has been proven once; what is older has nothing to add.
      if (shown === undefined) await drawFirst(caught)
      else if (caught.revision >= shown.revision) draw(caught, shown.outline)
      return shown?.revision ?? 0
    } catch (error) {
      if (error instanceof Gone) end()
      else if (error instanceof SealError) refuse(error)
      else throw error
      return shown?.revision ?? 0
    }
  }

  /** With pauses, as a long session takes seconds to draw. */
  async function drawFirst({ document: next, revision }: Caught): Promise<void> {
    document.getElementById("page")?.replaceChildren()
    let begun = performance.now()
    for (const op of renderInSteps(next, context)) {
      applyOps([op])
      if (performance.now() - begun < SLICE_MS) continue
      await new Promise((resolve) => setTimeout(resolve))
      begun = performance.now()
    }
    shown = { outline: outline(next), document: next, revision }
    settle()
    fragment.go()
  }

  function draw({ document: next, changed, revision }: Caught, before: Outline): void {
    const { ops, outline } = renderChanges({ before, document: next, changed, context })
    keepPlace(() => {
      try {
        applyOps(ops)
      } catch {
        drawAnew(next)
      }
    })
    shown = { outline, document: next, revision }
    settle()
  }

  function drawAnew(next: Document): void {
    document.getElementById("page")?.replaceChildren()
    applyOps([...renderInSteps(next, context)])
  }

  async function findWhole(id: string): Promise<Element | null | undefined> {
    const whole = shown && renderWholePart({ document: shown.document, context, partID: id })
    return whole && parseElement(whole.text)
  }

  async function rawText(messageID: string): Promise<string | undefined> {
    const message = shown?.document.messages.find(({ info }) => info.id === messageID)
    return message && saidIn(message.parts)
  }

  function end(): void {
    following?.stop()
    showGone({ message: "This share has been removed by its owner." })
  }

  /** Before anything is shown, nothing is; what is shown already was proven, and stays as it is. */
  function refuse(error: SealError): void {
    following?.stop()
    const notice = noticeOf(error)
    if (shown === undefined) showNotice(notice)
    else {
      showWarning(
        `${notice.title}. What the server sends now is not what the author sealed, so this page stays as it was at revision ${shown.revision}. ${error.message}`,
      )
    }
  }

  async function begin(): Promise<void> {
    try {
      await catchUp()
    } catch {
      showNotice(NOTICES.unreachable)
      setTimeout(begin, RETRY_MS)
      return
    }
    if (shown === undefined) return
    following = followShare({
      revision: shown.revision,
      events: urls.events,
      metadata: urls.metadata,
      settle,
      catchUp,
      openDeltas: sealer.openDeltas,
    })
  }

  watchReading({ keys: [SEARCH_KEY, SCHEME_KEY], rawOf: rawText, findWhole })
  watchThemes()
  watchUnfolding(settle, findWhole)
  watchSearch(createFind(keyText, () => shown?.document))
  void begin()
}

function warnOfRollback(revision: number, seen: number): void {
  showWarning(
    `This may be an old state of the session. The server shows revision ${revision}, and this browser has seen revision ${seen} of it. Ask the author whether something was rolled back.`,
  )
}

void start()
