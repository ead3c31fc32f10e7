import { Worker } from "node:worker_threads"
import { ShareError } from "../protocol/errors.ts"
import type { Log } from "../shares/ports.ts"

/** Draws pictures on a thread of its own, which is there for as long as there is something to draw. */
export interface Painter {
  /** SVG → PNG. Throws `unavailable` when too many wait, or when it takes too long. */
  draw(svg: string): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

export interface PainterOptions {
  log: Log
  /** Pictures that may wait. */
  maxWaiting?: number
  /** One picture may take, with the start of the thread. Milliseconds. */
  timeoutMs?: number
  /** After so long without a picture the thread ends, and gives its memory back. Milliseconds. */
  idleMs?: number
}

interface Job {
  svg: string
  resolve(png: Uint8Array<ArrayBuffer>): void
  reject(error: unknown): void
}

/**
 * One thread: a picture takes 50 to 100 ms of a processor, which on the thread that answers would be everybody's.
 * Whatever goes wrong in it ends it, since a WebAssembly module that broke off is in no known state.
 */
export function createPainter({
  log,
  maxWaiting = 16,
  timeoutMs = 10_000,
  idleMs = 30_000,
}: PainterOptions): Painter {
  const waiting: Job[] = []
  let current: Job | undefined
  let thread: Worker | undefined
  let timer: NodeJS.Timeout | undefined
  let closed = false

  function draw(svg: string): Promise<Uint8Array<ArrayBuffer>> {
    if (closed || waiting.length >= maxWaiting) return Promise.reject(busy())
    return new Promise((resolve, reject) => {
      waiting.push({ svg, resolve, reject })
      next()
    })
  }

  function next(): void {
    if (current) return
    current = waiting.shift()
    clearTimeout(timer)
    if (!current) {
      timer = setTimeout(end, idleMs)
      timer.unref()
      return
    }
    timer = setTimeout(() => fail(busy("took too long")), timeoutMs)
    thread ??= start()
    thread.postMessage(current.svg)
  }

  function start(): Worker {
    const own = new Worker(new URL("./draw-worker.mjs", import.meta.url))
    // Nobody waits for a picture when the process wants to end.
    own.unref()
    own.on("message", (png: Uint8Array<ArrayBuffer>) => {
      if (own !== thread) return
      current?.resolve(png)
      current = undefined
      next()
    })
    own.on("error", (error) => own === thread && fail(error))
    own.on("exit", () => own === thread && fail(new Error("The drawing thread ended.")))
    return own
  }

  function fail(error: unknown): void {
    log.error({ err: error }, "a picture was not drawn")
    const failed = current
    current = undefined
    end()
    failed?.reject(error)
    if (!closed) next()
  }

  function end(): Promise<unknown> | undefined {
    const ended = thread
    thread = undefined
    return ended?.terminate()
  }

  return {
    draw,
    async close() {
      closed = true
      clearTimeout(timer)
      for (const job of [current, ...waiting.splice(0)]) job?.reject(busy())
      current = undefined
      await end()
    },
  }
}

function busy(why = "is busy"): ShareError {
  return new ShareError("unavailable", `Drawing the picture ${why}. Please try again.`)
}
