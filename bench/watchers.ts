import { connect } from "node:net"

// A process of its own that holds many viewers of one share: `watchers.ts <origin> <share> <revision> <count>`. It says
// `{open}` when all of them have their stream, and `{revision, last, times}` when the last of them has a revision.

const [origin = "", share = "", revision = "", count = ""] = process.argv.slice(2)
const { hostname, port } = new URL(origin)
const viewers = Number(count)
const arrivals = new Map<number, number[]>()
let opened = 0
let bytes = 0

/** As many at once as a server's queue of new connections takes without a retry. */
const AT_ONCE = 100

for (let started = 0; started < viewers; started += AT_ONCE) {
  const batch = Math.min(AT_ONCE, viewers - started)
  await Promise.all(Array.from({ length: batch }, watch))
}

/** Resolves when the stream is open. Without fetch and EventSource, which would be what is measured. */
function watch(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    let rest = ""
    let open = false
    socket.setNoDelay(true)
    socket.write(
      `GET /api/share/${share}/events?revision=${revision} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`,
    )
    socket.on("data", (chunk) => {
      bytes += chunk.length
      rest += chunk.toString("latin1")
      if (!open && rest.includes("retry: ")) {
        open = true
        if (++opened === viewers) process.send?.({ open: true })
        resolve()
      }
      // An event's end is that it is behind its id: its data follows in the same write.
      for (let at = rest.indexOf("\nid: "); at >= 0; at = rest.indexOf("\nid: ")) {
        const end = rest.indexOf("\n\n", at + 1)
        if (end < 0) return
        arrived(Number.parseInt(rest.slice(at + 5), 10))
        rest = rest.slice(end)
      }
      rest = rest.slice(-16_000)
    })
    socket.on("error", fail)
    socket.on("close", () => fail(new Error("a stream ended")))
  })
}

function arrived(at: number): void {
  const times = arrivals.get(at) ?? []
  arrivals.set(at, times)
  times.push(performance.timeOrigin + performance.now())
  if (times.length < viewers) return
  process.send?.({ revision: at, times, bytes })
  arrivals.delete(at)
  bytes = 0
}

function fail(error: Error): never {
  console.error(error)
  process.exit(1)
}
