import type { Terminal } from "./terminal.ts"

/** How far long work is, on one line of stderr that goes away when it is done. Says nothing where nobody watches. */
export interface Progress {
  /** What is worked on now. */
  start(what: string): void
  say(how: string): void
  /** @param part 0 to 1 */
  bar(part: number, how: string): void
  stop(): void
}

const EVERY_MS = 80
const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
const BAR = 24
const CLEAR = "\r\u001b[2K"

export function createProgress(terminal: Terminal, isSilent: boolean): Progress {
  const { stderr, isInteractive, columns, colors } = terminal
  if (!isInteractive || isSilent) return SILENT
  let timer: ReturnType<typeof setInterval> | undefined
  let what = ""
  let how = ""
  let frame = 0

  function draw(): void {
    frame = (frame + 1) % FRAMES.length
    const text = [what, how].filter((each) => each !== "").join("  ")
    stderr(`${CLEAR}${colors.cyan(FRAMES[frame] ?? "")} ${text.slice(0, columns() - 3)}`)
  }

  return {
    start(next) {
      what = next
      how = ""
      timer ??= setInterval(draw, EVERY_MS)
    },
    say(next) {
      how = next
    },
    bar(part, next) {
      const filled = Math.round(Math.min(1, Math.max(0, part)) * BAR)
      how = `${"█".repeat(filled)}${"░".repeat(BAR - filled)} ${next}`
    },
    stop() {
      if (timer) stderr(CLEAR)
      clearInterval(timer)
      timer = undefined
    },
  }
}

const SILENT: Progress = { start() {}, say() {}, bar() {}, stop() {} }
