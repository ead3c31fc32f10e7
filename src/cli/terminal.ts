import type { Readable } from "node:stream"
import type { createColors } from "picocolors"

/** What a command has of the process that it runs in, and of its machine. */
export interface Terminal {
  environment: Readonly<Record<string, string | undefined>>
  cwd: string
  home: string
  /** Undefined in containers that run as a user without a name. */
  user: string | undefined
  platform: string
  pid: number
  stdin: Readable
  /** What was asked for, and nothing else: it may be piped on. */
  stdout(text: string): void
  /** Resolves when what was printed has been taken. */
  drained(): Promise<void>
  /** Everything that is said beside that. */
  stderr(text: string): void
  /** Whether a person is there, who can be asked and shown how far it is. */
  isInteractive: boolean
  /** How wide the terminal is, in characters. */
  columns(): number
  /** Which do nothing where no terminal shows them, or with NO_COLOR. */
  colors: ReturnType<typeof createColors>
  fetch: typeof globalThis.fetch
  now(): number
  random(): number
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

/** All of standard input, as text. */
export async function readStdin({ stdin }: Pick<Terminal, "stdin">): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("utf8")
}
