import { filled } from "../read.ts"
import type { ToolCall } from "./call.ts"

/** An end that somebody wanted, which OpenCode 1.18 stores as an error. */
export interface QuietEnd {
  /** For the card's line. */
  status: string
  /** For its body. */
  says: string
  /** The user's own words are in it. */
  told?: true
}

const REJECTED = "The user rejected permission to use this specific tool call"
const FEEDBACK = `${REJECTED} with the following feedback: `

const ENDS: readonly { starts: string; end: (error: string) => QuietEnd }[] = [
  {
    starts: FEEDBACK,
    end: (error) => ({ status: "rejected", says: `The user: ${error.slice(FEEDBACK.length)}`, told: true }),
  },
  { starts: REJECTED, end: () => ({ status: "rejected", says: "The user did not allow this." }) },
  {
    starts: "The user has specified a rule which prevents you from using this specific tool call",
    end: () => ({ status: "not allowed", says: "A permission rule of the user does not allow this." }),
  },
  {
    starts: "The user dismissed this question",
    end: () => ({ status: "dismissed", says: "The user did not answer." }),
  },
  { starts: "Tool execution aborted", end: () => STOPPED },
]

/** What the names of these errors stand for where their words were lost. */
const NAMES: Readonly<Record<string, string>> = {
  PermissionRejectedError: REJECTED,
  PermissionDeniedError:
    "The user has specified a rule which prevents you from using this specific tool call",
  QuestionRejectedError: "The user dismissed this question",
}

const STOPPED: QuietEnd = { status: "stopped", says: "Stopped before it was done." }

/** Undefined where a tool did not fail, or did. */
export function quietEnd(call: ToolCall): QuietEnd | undefined {
  if (call.status !== "error") return undefined
  const error = call.error.trim().replace(/^Error: /, "")
  const name = /^(\w{1,40})(?::|$)/.exec(error)?.[1] ?? ""
  const words = Object.hasOwn(NAMES, name) ? (filled(NAMES[name]) ?? error) : error
  const known = ENDS.find(({ starts }) => words.startsWith(starts))
  if (known) return known.end(words)
  return call.metadata.interrupted === true ? STOPPED : undefined
}
