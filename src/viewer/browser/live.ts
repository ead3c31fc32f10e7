import type { TextDelta } from "../../protocol/passing.ts"
import type { LiveEvents } from "../../protocol/patch.ts"
import { applyOps } from "./apply.ts"
import { showConnection, showViewers } from "./connection.ts"
import { type Gone, showGone, whyRefused } from "./gone.ts"
import { morph } from "./morph.ts"
import { countNew } from "./news.ts"
import { createPassingText } from "./passing.ts"
import { keepPlace } from "./reader.ts"
import { fetchAnswer } from "./server-html.ts"
import { tell } from "./tell.ts"
import { packLike } from "./unpack.ts"

const FIRST_WAIT = 1000
const LONGEST_WAIT = 30_000
const REFRESH_PAUSE = 2000

/** What a fetched page is taken for: all that its share says on it. */
const REFRESHED = [".notice-bar", "#page"]
const NO_ANSWER = { status: 0, page: undefined }
/** Answers that say that a range, or a subagent, is not there. */
const PARTLESS: ReadonlySet<number> = new Set([400, 404])

export interface Followed {
  /** The revision that the page shows. */
  revision: number
  /** Addresses of the share's event stream and of its metadata. */
  events: string
  metadata: string
  /** Runs after each change of the page. */
  settle(): void
  /** It shows a part of the share, so changes are none of it: it fetches itself anew. */
  partial?: boolean
  /**
   * Of a page that draws by itself what its server cannot: brings it up to date, and resolves to the revision that it
   * then shows. Rejects when that can be tried again.
   */
  catchUp?(): Promise<number>
  /** Of the same: what was sealed for those who watch. Rejects when it was not sealed by the author. */
  openDeltas?(sealed: string): Promise<readonly TextDelta[]>
}

export interface Following {
  /** Follows no longer; what the page shows stays. */
  stop(): void
}

/** Keeps the page in step with its share until that is gone. */
export function followShare(followed: Followed): Following {
  const { revision, events, metadata, settle, catchUp, openDeltas } = followed
  let shown = revision
  let wait = FIRST_WAIT
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = false
  let lastRefresh = 0
  const passing = createPassingText()
  let opened: Promise<void> = Promise.resolve()

  function connect(): void {
    clearTimeout(timer)
    source?.close()
    const stream = new EventSource(`${events}?revision=${shown}`)
    source = stream
    stream.onopen = () => {
      wait = FIRST_WAIT
      showConnection("live")
    }
    stream.onerror = () => {
      // Its own reconnecting knows neither back-off nor the revision to start from.
      stream.close()
      if (source === stream) void retry()
    }
    on(stream, "patch", ({ ops }, at) => {
      if (followed.partial) return void refresh()
      try {
        countNew(ops)
        keepPlace(() => {
          applyOps(ops)
          passing.show()
          settle()
        })
        shown = at ?? shown
      } catch {
        void refresh()
      }
    })
    on(stream, "delta", ({ deltas }) => keepPlace(() => passing.add(deltas)))
    on(stream, "sealed", ({ sealed }) => {
      // One after the other, as a piece of text goes on where the one before ended. What cannot be opened is left out.
      opened = opened
        .then(() => openDeltas?.(sealed))
        .then(
          (deltas) => deltas && keepPlace(() => passing.add(deltas)),
          () => {},
        )
    })
    on(stream, "refresh", () => void refresh())
    on(stream, "commit", () => void refresh())
    on(stream, "viewers", ({ count }) => showViewers(count))
    on(stream, "gone", ({ message }) => end({ message }))
  }

  /** Takes the page as it is now. The stream begins anew behind it, so that nothing falls between the two. */
  async function refresh(): Promise<void> {
    if (catchUp) return draw(catchUp)
    source?.close()
    // One refresh may ask for the next, when the share changes faster than pages come.
    // A timer takes 32 bits: what is far in the past would come round as far in the future.
    const pause = Math.max(0, lastRefresh + REFRESH_PAUSE - Date.now())
    await new Promise((resolve) => setTimeout(resolve, pause))
    lastRefresh = Date.now()
    if (ended) return
    const { page, status } = await fetchAnswer(location.pathname + location.search).catch(() => NO_ANSWER)
    // The share is there, as its events are: what is not is the part of it that this page was to show.
    if (followed.partial && PARTLESS.has(status)) return leave()
    if (!page) return void retry()
    packLike(page)
    keepPlace(() => {
      for (const selector of REFRESHED) {
        const [here, there] = [document.querySelector(selector), page.querySelector(selector)]
        if (here && there) morph(here, there)
      }
      passing.show()
      settle()
    })
    shown = Number(page.body.dataset.revision) || 0
    connect()
  }

  /** The stream stays open meanwhile: its events say only that there is something to fetch. */
  async function draw(catchUp: () => Promise<number>): Promise<void> {
    try {
      shown = await catchUp()
      keepPlace(() => passing.show())
    } catch {
      source?.close()
      void retry()
    }
  }

  async function retry(): Promise<void> {
    if (ended) return
    showConnection("reconnecting")
    const refused = await fetch(metadata, { cache: "no-store" }).then(whyRefused, () => undefined)
    if (refused) return end(refused)
    const pause = wait * (0.5 + Math.random())
    wait = Math.min(wait * 2, LONGEST_WAIT)
    clearTimeout(timer)
    timer = setTimeout(connect, pause)
  }

  function leave(): void {
    stop()
    tell("What this page showed is no longer in the session. It stays here as it was.")
  }

  function stop(): void {
    ended = true
    source?.close()
    clearTimeout(timer)
    showConnection("ended")
  }

  function end(gone: Gone): void {
    stop()
    showGone(gone)
  }

  // Over HTTP/1.1 a browser has six connections to a server, all its tabs together: who is not looked at lets go of
  // its own, and catches up when it is. A page in the back-forward cache must not hold one either.
  function follow(): void {
    if (ended) return
    if (document.visibilityState === "visible") connect()
    else {
      source?.close()
      clearTimeout(timer)
    }
  }
  document.addEventListener("visibilitychange", follow)
  addEventListener("pagehide", () => source?.close())
  addEventListener("pageshow", (event) => {
    if (event.persisted) follow()
  })
  follow()
  return { stop }
}

function on<Name extends keyof LiveEvents>(
  stream: EventSource,
  name: Name,
  handle: (data: LiveEvents[Name], revision: number | undefined) => void,
): void {
  stream.addEventListener(name, (event) => {
    const at = event.lastEventId === "" ? Number.NaN : Number(event.lastEventId)
    handle(JSON.parse(event.data) as LiveEvents[Name], Number.isFinite(at) ? at : undefined)
  })
}
