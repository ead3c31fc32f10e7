import { CallError } from "../../client/call-error.ts"
import { isDiskFailure } from "../files.ts"
import { OutboxFullError } from "../sending/outbox.ts"

export interface Notice {
  /** Notices of one key are told once in ten minutes. */
  key: string
  variant: "info" | "success" | "warning" | "error"
  message: string
  /** What lines and logs say instead, where the message holds what only the user may see. */
  logged?: string
}

/** Tells the user where they are: a toast, a line on stderr where no screen is drawn, OpenCode's log. */
export interface Notices {
  tell(notice: Notice): void
  /** For the log alone. */
  log(level: "debug" | "info" | "warn" | "error", message: string): void
}

/** Ways to the user. Contract: none may throw or reject. */
export interface Channels {
  toast(notice: { message: string; variant: Notice["variant"]; title: string }): void
  /** Undefined while OpenCode draws on the terminal. */
  stderr: ((line: string) => void) | undefined
  log(level: "debug" | "info" | "warn" | "error", message: string): void
  now(): number
}

const AGAIN_MS = 10 * 60_000

export function createNotices({ toast, stderr, log, now }: Channels): Notices {
  const told = new Map<string, number>()
  return {
    log,
    tell({ key, variant, message, logged = message }) {
      const last = told.get(key)
      if (last !== undefined && now() - last < AGAIN_MS) return
      told.set(key, now())
      toast({ title: "Better Share", message, variant })
      stderr?.(`Better Share: ${logged}`)
      log(variant === "error" ? "error" : variant === "warning" ? "warn" : "info", logged)
    },
  }
}

/** A failure in words for the user, with what to do about it. Never with a secret, a key or a presigned URL. */
export function describeFailure(error: unknown): Notice {
  const [key, message] = inWords(error)
  return { key, variant: "error", message }
}

function inWords(error: unknown): [key: string, message: string] {
  if (error instanceof OutboxFullError)
    return ["full", `${error.message} Sharing goes on when the server can be reached.`]
  if (isDiskFailure(error)) {
    const { code } = error as NodeJS.ErrnoException
    return [
      "disk",
      `Nothing can be kept on this disk (${code}), so shares do not follow. Make room, or set BETTER_SHARE_DIR to a folder that can be written to.`,
    ]
  }
  if (!(error instanceof CallError))
    return ["internal", "Something went wrong; OpenCode's log has the details."]
  const { failure, code, message } = error
  if (failure === "refused" && code !== undefined)
    return [code, (REFUSALS[code] ?? ((said) => said))(message)]
  const waits = "What you share is kept and goes up later."
  if (failure === "not_api") return ["not_api", `${message} Sign in there, or let /api pass. ${waits}`]
  return [failure, `${message} ${waits}`]
}

const REFUSALS: Partial<Record<string, (said: string) => string>> = {
  unauthorized: () =>
    `This server takes shares only with a token: set the plugin's option "token", or BETTER_SHARE_TOKEN. Whoever runs the server hands them out.`,
  forbidden: (said) => `${said} Ask whoever runs the server.`,
  too_large: (said) => `This session is too large for the server: ${said} Its share stays as it is.`,
  quota_exceeded: (said) => `${said} What you share is kept and goes up later.`,
  rate_limited: (said) => `${said} It will be tried again by itself.`,
  unavailable: (said) => `${said} What you share is kept and goes up later.`,
  gone: () => "The share was removed on the server. /share makes a new one.",
  not_found: () =>
    "The server does not know the share any more, or it was taken over from elsewhere. /share makes a new one.",
}
