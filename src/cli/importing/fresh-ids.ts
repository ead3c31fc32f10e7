import { randomBase62 } from "../../protocol/ids.ts"
import type { ExportedSession } from "../opencode/exported-session.ts"

/** `msg_1fbee3ec9001yc56JgX4O4Bh2y`: a kind, twelve digits that grow with time, and what makes it the only one. */
const ID = /^(ses|msg|prt)_([0-9a-f]{12})[0-9A-Za-z]+$/
const RANDOM = 14

/** Old id → new one. */
export type Renaming = ReadonlyMap<string, string>

/**
 * New ids for all that a session and its subagents consist of, which sort as the old ones do: OpenCode orders messages
 * and parts by their ids.
 */
export function freshIDs(root: ExportedSession, randomBytes: (count: number) => Uint8Array): Renaming {
  const ids = idsOf(root)
  const renaming = new Map<string, string>()
  const places = new Map<string, string[]>()
  for (const { id, kind, created } of ids) {
    // One that OpenCode did not make gets the place of its time.
    const place = ID.exec(id)?.[2] ?? timeDigits(created)
    const key = `${kind}_${place}`
    places.set(key, [...(places.get(key) ?? []), id])
  }
  for (const [place, olds] of places) {
    const unique = new Set(olds)
    const ends = [...unique].map(() => randomBase62(RANDOM, randomBytes)).sort(byCode)
    for (const [at, old] of [...unique].sort(byCode).entries()) renaming.set(old, place + ends[at])
  }
  return renaming
}

interface KnownID {
  id: string
  kind: "ses" | "msg" | "prt"
  created: number
}

function idsOf({ info, messages, children }: ExportedSession): KnownID[] {
  const created = info.time?.created ?? 0
  return [
    { id: info.id, kind: "ses", created },
    ...messages.flatMap(({ info: message, parts }): KnownID[] => {
      const at = message.time?.created ?? created
      return [
        { id: message.id, kind: "msg", created: at },
        ...parts.map(({ id }): KnownID => ({ id, kind: "prt", created: at })),
      ]
    }),
    ...children.flatMap(idsOf),
  ]
}

/** As OpenCode writes the time into an id: milliseconds × 4096, the last 48 bits of it. */
function timeDigits(ms: number): string {
  const time = BigInt.asUintN(48, BigInt(Math.trunc(ms)) * 0x1000n)
  return time.toString(16).padStart(12, "0")
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
