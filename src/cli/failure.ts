import { CommanderError } from "commander"
import { CallError } from "../client/call-error.ts"
import { ShareError } from "../protocol/errors.ts"
import { CliError, EXIT, HALF_DONE } from "./exit.ts"

export interface Failure {
  exit: number
  /** One word, for programs. */
  code: string
  /** One sentence, or a few. Undefined: everything has been said. */
  message: string | undefined
}

/** What a command that did not get to its end is left with. Never with a secret in it. */
export function describeFailure(error: unknown, isInterrupted: boolean): Failure {
  // What could not be taken back is to be known, whatever ended it.
  if (error instanceof CliError && error.code === HALF_DONE)
    return { exit: isInterrupted ? EXIT.interrupted : error.exit, code: error.code, message: error.message }
  if (isInterrupted) return { exit: EXIT.interrupted, code: "interrupted", message: "Interrupted." }
  if (error instanceof CommanderError) {
    // It has said what is wrong, or was asked for help.
    const exit = error.exitCode === 0 ? EXIT.done : EXIT.usage
    return { exit, code: "usage", message: undefined }
  }
  if (error instanceof CliError) return { exit: error.exit, code: error.code, message: error.message }
  if (error instanceof CallError) return { exit: EXIT.failed, ...describeCall(error) }
  if (error instanceof ShareError) return { exit: EXIT.failed, code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { exit: EXIT.failed, code: "failed", message }
}

function describeCall({ failure, code, message }: CallError): { code: string; message: string } {
  if (failure === "unreachable")
    return { code: failure, message: `${message} Is it running, and is this its address?` }
  if (failure === "not_api")
    return { code: failure, message: `${message} Sign in there, or have /api let through.` }
  return { code: code ?? failure, message }
}
