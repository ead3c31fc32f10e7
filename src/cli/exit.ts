/** What a command ends with. Interrupted: as shells say it of a program that Ctrl-C has ended. */
export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The code of a failure that has left something behind. */
export const HALF_DONE = "half_done"

/** A failure that its user can act on: one sentence of what is wrong, and what to do. */
export class CliError extends Error {
  override readonly name = "CliError"
  readonly exit: number
  /** For programs, which read `--json`. */
  readonly code: string

  constructor(message: string, { exit = EXIT.failed, code = "failed", cause }: CliErrorDetails = {}) {
    super(message, { cause })
    this.exit = exit
    this.code = code
  }
}

export interface CliErrorDetails {
  exit?: number
  code?: string
  cause?: unknown
}

/** What was typed cannot be meant. */
export function usageError(message: string): CliError {
  return new CliError(message, { exit: EXIT.usage, code: "usage" })
}
