import { CliError, EXIT, usageError } from "./exit.ts"
import { readStdin, type Terminal } from "./terminal.ts"

// Loaded when somebody is asked: most commands ask nobody.
const prompts = () => import("@clack/prompts")

/** What nobody else is to see on the screen. */
export async function askSecret(terminal: Terminal, message: string): Promise<string> {
  const { password } = await prompts()
  return answered(await password({ message, ...ways(terminal) }))
}

/** Asked for, or all of standard input: what stands among a command's arguments could be seen by others. */
export async function readPassword(terminal: Terminal, message: string): Promise<string> {
  if (terminal.isInteractive) return askSecret(terminal, message)
  // Its line end belongs to the line, and not to the password.
  const password = (await readStdin(terminal)).replace(/\r?\n$/, "")
  if (password === "") throw usageError("The password is read from standard input, and that was empty.")
  return password
}

/** Nothing typed: what is proposed. */
export async function askText(
  terminal: Terminal,
  {
    message,
    proposed,
    fault,
  }: { message: string; proposed?: string; fault?: (text: string) => string | undefined },
): Promise<string> {
  const { text } = await prompts()
  const answer = await text({
    message,
    ...(proposed !== undefined && { defaultValue: proposed, placeholder: proposed }),
    validate: (typed) => fault?.(typed || proposed || ""),
    ...ways(terminal),
  })
  return answered(answer)
}

export async function askChoice<T extends string>(
  terminal: Terminal,
  { message, options }: { message: string; options: readonly { value: T; label: string; hint?: string }[] },
): Promise<T> {
  const { select } = await prompts()
  // Of the library's options, those for texts: what the generic one resolves to is not known here.
  const answer = await select<string>({ message, options: [...options], ...ways(terminal) })
  return answered(answer) as T
}

/**
 * Whether to do what cannot be undone.
 * @param isSure said on the command line, as programs must
 */
export async function requireConsent(
  terminal: Terminal,
  { message, isSure }: { message: string; isSure: boolean | undefined },
): Promise<void> {
  if (isSure) return
  if (!terminal.isInteractive) throw usageError(`${message} Add --yes, as there is nobody to ask.`)
  const { confirm } = await prompts()
  if (answered(await confirm({ message, initialValue: false, ...ways(terminal) }))) return
  throw new CliError("Nothing was done.", { code: "declined" })
}

/** On stderr: what was asked for may be piped on. */
function ways({ signal }: Terminal) {
  return { input: process.stdin, output: process.stderr, signal }
}

function answered<T>(answer: T): Exclude<T, symbol> {
  if (typeof answer !== "symbol") return answer as Exclude<T, symbol>
  throw new CliError("Interrupted.", { exit: EXIT.interrupted, code: "interrupted" })
}
