import type { SegmentTicketAnswer } from "../../src/protocol/routes.ts"
import type { Packed } from "../direct-client.ts"
import type { Action } from "./actions.ts"
import { faultsOf } from "./holds.ts"
import { rawBytes } from "./raw.ts"
import { type About, type KnownShare, requestOf } from "./requests.ts"
import { sendBytes, type WireAnswer, writeRequest } from "./wire.ts"

/** How often each status was answered. */
export type Tally = Map<number, number>

/**
 * Does one thing after the other to a server, with shares of its own. Throws with what was sent when an answer is not as
 * it has to be, or does not come.
 */
export async function play(url: string, actions: readonly Action[], tally: Tally): Promise<void> {
  const shares: KnownShare[] = []
  const begin = [
    { do: "create" as const, ...QUIET },
    { do: "reserve" as const, ...QUIET, plain: false, encrypted: false, ownID: false, items: [NOTE] },
    { do: "reserve" as const, ...QUIET, plain: true, encrypted: false, ownID: true, items: [] },
    { do: "reserve" as const, ...QUIET, plain: false, encrypted: true, ownID: false, items: [NOTE] },
  ]
  try {
    for (const action of begin) await act(action)
    for (const action of actions) await act(action)
  } finally {
    for (const { id, secret } of shares) {
      const headers = [["x-share-secret", secret]] as const
      await sendBytes(
        url,
        writeRequest({ method: "DELETE", path: `/api/share/${id}`, headers, body: undefined }),
      )
    }
  }

  async function act(action: Action): Promise<void> {
    const known = shares.length > 0 ? shares : [NOBODYS]
    const share = known[action.share % known.length] ?? NOBODYS
    if (action.do === "raw") {
      const { bytes, answers: wanted, ...options } = rawBytes(action, share.id)
      const answers = await sendBytes(url, bytes, options)
      // What was broken off may be answered by half.
      for (const answer of options.hangUpAfter === undefined ? answers : [])
        check(answer, { action, path: "" })
      if (wanted !== undefined && answers.length !== wanted)
        throw fault(action, [
          `${answers.length} answers and not ${wanted}: ${answers.map(({ status }) => status)}`,
        ])
      return
    }
    const { request, about } = requestOf(action, known, url)
    const answers = await sendBytes(url, writeRequest(request))
    if (answers.length === 0) throw fault(action, ["no answer"], request.path)
    for (const answer of answers) check(answer, { action, path: request.path })
    const last = answers.at(-1)
    if (last?.status === 200) learn(action, { share, about, body: last.body })
  }

  function check(answer: WireAnswer, { action, path }: { action: Action; path: string }): void {
    tally.set(answer.status, (tally.get(answer.status) ?? 0) + 1)
    const secrets = shares.flatMap(({ secret, deleteSecret }) => [secret, deleteSecret])
    const faults = faultsOf(answer, { path, secrets })
    if (faults.length > 0) throw fault(action, [...faults, answer.body.slice(0, 300)], path)
  }

  /** What a client remembers of a good answer. */
  function learn(
    action: Action,
    { share, about, body }: { share: KnownShare; about: About | undefined; body: string },
  ): void {
    const said = parse(body)
    const tickets = (said.tickets ?? []) as SegmentTicketAnswer[]
    const uploadsOf = (packed: Packed | undefined) =>
      packed ? tickets.map((ticket) => ({ ticket, packed })) : []
    if (about) {
      const id = text(said.id) || text(said.shareId)
      if (id === "") return
      shares.push({
        id,
        sessionID: about.sessionID,
        secret: text(said.secret),
        deleteSecret: text(said.deleteSecret),
        presignedUrl: text(said.presignedUrl) || undefined,
        encrypted: action.do === "reserve" && action.encrypted,
        uploads: uploadsOf(about.packed),
        wishes: [],
      })
    } else if (action.do === "presign") share.uploads.push(...uploadsOf(share.wishes[0]))
  }
}

const QUIET = {
  share: 0,
  secret: "none" as const,
  spoil: undefined,
  chunked: undefined,
  change: undefined,
  headers: [],
}
const NOTE = { type: "note", data: { id: "a" } }
const NOBODYS: KnownShare = {
  id: "nobodys-share",
  sessionID: "ses_1",
  secret: "none-at-all",
  deleteSecret: "",
  encrypted: false,
  uploads: [],
  wishes: [],
  presignedUrl: undefined,
}

function parse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body)
  } catch {
    return {}
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : ""
}

function fault(action: Action, faults: readonly string[], path = ""): Error {
  return new Error(`${faults.join("; ")}\n${path}\n${JSON.stringify(action).slice(0, 2_000)}`)
}
