import { onOneLine } from "../../client/printed.ts"
import { readKeyText } from "../../encryption/share-key.ts"
import { joinCapability } from "../../protocol/capability.ts"
import { metadataAnswer } from "../../protocol/routes.ts"
import { askSecret, readPassword } from "../asking.ts"
import { CliError } from "../exit.ts"
import type { FoundShare } from "../held/find-share.ts"
import { apiAt } from "../server.ts"
import type { Terminal } from "../terminal.ts"

/** A share as its server gives it out, once whatever keeps it closed is open. */
export interface ShareDoor {
  /** Of the share's page, without its ending: `https://…/share/ID`. */
  page: string
  /** Undefined where the server can read it. */
  keyText: string | undefined
  /** Whether everybody with the link may see it. */
  isOpen: boolean
  /** Throws a sentence where there is no such share, or no such page of it. */
  fetch(url: string): Promise<Response>
}

export interface DoorOptions {
  /** Whether the password is to be asked for, or read from standard input, before the server asks. */
  password?: boolean | undefined
}

/** Throws a sentence where it cannot be opened. */
export async function openDoor(
  terminal: Terminal,
  found: FoundShare,
  { password: asks }: DoorOptions = {},
): Promise<ShareDoor> {
  const { server, shareID, secret } = found
  const api = apiAt(server, terminal)
  const unlock = async (password: string) => (await api.unlock(shareID, password)).capability
  let capability = found.capability
  if (asks) capability = await unlock(await readPassword(terminal, "The share's password"))
  const headers = secret === undefined ? {} : { "x-share-secret": secret }

  async function ask(url: string): Promise<Response> {
    try {
      return await terminal.fetch(url, { headers, redirect: "manual", signal: terminal.signal })
    } catch (cause) {
      if (terminal.signal.aborted) throw cause
      const message = `${server} does not answer. Is it running, and is this its address?`
      throw new CliError(message, { code: "unreachable", cause })
    }
  }

  const name = () => (capability === undefined ? shareID : joinCapability(shareID, capability))
  const metadata = () => ask(`${server}/api/share/${name()}/metadata`)
  let answer = await metadata()
  if (answer.status === 401 && capability === undefined) {
    if (!terminal.isInteractive)
      throw new CliError("The share asks for a password: give it on standard input, with --password.", {
        code: "password_required",
      })
    capability = await unlock(await askSecret(terminal, "The share's password"))
    answer = await metadata()
  }
  await requireShare(answer, shareID, server)
  const known = metadataAnswer.safeParse(await answer.json().catch(() => undefined))
  if (!known.success || known.data.id !== shareID) throw notOurs(server, answer.status)
  const { encrypted, visibility } = known.data
  return {
    page: `${server}/share/${name()}`,
    keyText: encrypted === true ? await keyOf(terminal, found) : undefined,
    isOpen: visibility === "unlisted" || visibility === "public",
    async fetch(url) {
      const response = await ask(url)
      await requireShare(response, shareID, server)
      return response
    },
  }
}

async function keyOf(terminal: Terminal, { keyText }: FoundShare): Promise<string> {
  if (keyText !== undefined) return keyText
  if (!terminal.isInteractive)
    throw new CliError("The share is encrypted: give its whole link, with what stands behind the #.", {
      code: "no_key",
    })
  const pasted = await askSecret(terminal, "The share is encrypted. Its whole link, or its key")
  const key = readKeyText(pasted.includes("#") ? pasted.slice(pasted.indexOf("#")) : `#k=${pasted.trim()}`)
  if (key === undefined) throw new CliError("That is no whole key.", { code: "wrong_key" })
  return key
}

async function requireShare(response: Response, shareID: string, server: string): Promise<void> {
  if (response.ok) return
  const { status } = response
  const said: unknown = await response.json().catch(() => undefined)
  const { error } = Object(said) as { error?: { code?: unknown; message?: unknown } }
  if (typeof error?.code === "string")
    throw new CliError(onOneLine(String(error.message)), { code: error.code })
  if (status === 410) throw new CliError(`The share ${shareID} has been removed.`, { code: "gone" })
  if (status === 404) throw new CliError(`${server} has no share ${shareID}.`, { code: "not_found" })
  throw notOurs(server, status)
}

export function notOurs(server: string, status: number): CliError {
  return new CliError(
    `${server} answered ${status} with something that is not Better Share's: a login or challenge page may stand in front of it.`,
    { code: "not_api" },
  )
}
