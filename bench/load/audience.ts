import { Agent as PlainAgent, request as plainRequest } from "node:http"
import { Agent as TLSAgent, request as tlsRequest } from "node:https"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { promisify } from "node:util"
import { brotliDecompress } from "node:zlib"
import { type AudienceOrder, type AudienceReport, monotonic } from "./audience-messages.ts"
import { type EventSocket, openEventSocket } from "./event-socket.ts"
import { createFailures } from "./refused.ts"

// A process of its own that holds viewers: `audience.ts <origin>`. It takes orders, and says four times a second what
// came of them.

const [origin = ""] = process.argv.slice(2)
const secure = origin.startsWith("https:")
const request = secure ? tlsRequest : plainRequest
const agent = new (secure ? TLSAgent : PlainAgent)({ keepAlive: true, maxSockets: 20 })
const unpack = promisify(brotliDecompress)

/** As many at once as a server's queue of new connections takes without a retry. */
const AT_ONCE = 20
const REPORT_MS = 250
/** Milliseconds after which one whose stream ended comes again, as the page does. */
const AGAIN_MS = 1_000

interface Viewer {
  number: number
  share: number
  shareID: string
  /** The last revision that it has. */
  revision: number
  since: number
  socket: EventSocket | undefined
  /** To be called when it leaves before it has its stream. */
  giveUp(): void
}

const viewers = new Map<number, Viewer>()
const waiting: Viewer[] = []
let arriving = 0
let following = 0
let gathered = begin()
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

process.on("message", (order: AudienceOrder) => {
  if ("leave" in order) for (const viewer of order.leave) leave(viewer)
  else {
    for (const { viewer: number, share, shareID } of order.watch) {
      leave(number)
      const viewer = { number, share, shareID, revision: 0, since: 0, socket: undefined, giveUp() {} }
      viewers.set(number, viewer)
      waiting.push(viewer)
    }
    admit()
  }
})
process.on("disconnect", () => process.exit())
setInterval(() => {
  const milliseconds = (value: number) => Math.max(0, value / 1e6 - 10)
  const lag = { p50: milliseconds(delay.percentile(50)), p99: milliseconds(delay.percentile(99)) }
  delay.reset()
  const { refused, ...counted } = gathered
  const onTheirWay = waiting.length + arriving
  process.send?.({ ...counted, refused: refused.counts, following, onTheirWay, lag } satisfies AudienceReport)
  gathered = begin()
}, REPORT_MS)

function begin() {
  return {
    news: [] as number[],
    pages: [] as number[],
    events: 0,
    bytes: 0,
    refreshes: 0,
    ended: 0,
    refused: createFailures(),
  }
}

function admit(): void {
  while (arriving < AT_ONCE) {
    const viewer = waiting.shift()
    if (viewer === undefined) return
    if (!isHere(viewer)) continue
    arriving++
    arrive(viewer)
      .catch((error) => gathered.refused.add(error, "page"))
      .finally(() => {
        arriving--
        admit()
      })
  }
}

/** Resolves when the viewer has its stream, or is not going to have one now. */
async function arrive(viewer: Viewer): Promise<void> {
  const page = await readPage(viewer.shareID)
  if (page === undefined || !isHere(viewer)) return
  viewer.revision = page.revision
  await new Promise<void>((resolve) => {
    let open = false
    viewer.giveUp = resolve
    viewer.socket = openEventSocket({
      origin,
      path: `/api/share/${viewer.shareID}/events?revision=${page.revision}`,
      onOpen() {
        open = true
        following++
        viewer.since = monotonic()
        resolve()
      },
      onBytes(count) {
        gathered.bytes += count
      },
      onEvent({ name, id }) {
        gathered.events++
        if (name === "gone") viewers.delete(viewer.number)
        if (id === undefined) return
        // A page that is told to would fetch itself here; its reader has the change only then.
        if (name === "refresh") {
          gathered.refreshes++
          void readPage(viewer.shareID).catch((error) => gathered.refused.add(error, "page"))
        }
        if (id > viewer.revision)
          gathered.news.push(viewer.share, viewer.revision, id, monotonic(), viewer.since)
        viewer.revision = Math.max(viewer.revision, id)
      },
      onEnd({ status }) {
        if (open) {
          following--
          gathered.ended++
        } else gathered.refused.count("stream", status)
        viewer.socket = undefined
        viewer.since = 0
        // What is gone stays away, and who was refused is not admitted by asking more.
        if (open && isHere(viewer)) setTimeout(() => comeAgain(viewer), AGAIN_MS)
        resolve()
      },
    })
  })
}

/** It has not left, and its number is not another one's by now. */
function isHere(viewer: Viewer): boolean {
  return viewers.get(viewer.number) === viewer
}

function comeAgain(viewer: Viewer): void {
  waiting.push(viewer)
  admit()
}

function leave(number: number): void {
  const viewer = viewers.get(number)
  viewers.delete(number)
  if (!viewer?.socket) return
  viewer.socket.close()
  viewer.socket = undefined
  if (viewer.since > 0) following--
  else viewer.giveUp()
}

/** As a browser asks for it. Undefined when it is refused. */
function readPage(shareID: string): Promise<{ revision: number } | undefined> {
  const began = monotonic()
  let first = 0
  return new Promise((resolve) => {
    const headers = { accept: "text/html", "accept-encoding": "br" }
    const asked = request(`${origin}/share/${shareID}`, { agent, headers }, async (response) => {
      const pieces: Buffer[] = []
      try {
        for await (const piece of response) {
          first ||= monotonic() - began
          pieces.push(piece as Buffer)
        }
        const body = Buffer.concat(pieces)
        gathered.pages.push(first, monotonic() - began, body.length)
        if (response.statusCode !== 200) {
          gathered.refused.count("page", response.statusCode ?? 0)
          return resolve(undefined)
        }
        const text = response.headers["content-encoding"] === "br" ? await unpack(body) : body
        resolve({ revision: Number(/data-revision="(\d+)"/.exec(text.toString("latin1"))?.[1]) })
      } catch {
        gathered.refused.count("page", 0)
        resolve(undefined)
      }
    })
    asked.on("error", () => {
      gathered.refused.count("page", 0)
      resolve(undefined)
    })
    asked.end()
  })
}
