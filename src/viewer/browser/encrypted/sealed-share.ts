import { SealError } from "../../../encryption/seal-error.ts"
import { checkManifest, type Head, type Sealer } from "../../../encryption/sealer.ts"
import type { Document } from "../../../protocol/document.ts"
import { createFold, type Fold } from "../../../protocol/fold.ts"
import { type Item, type ItemKey, itemKey } from "../../../protocol/item.ts"
import { formatBytes, LIMITS } from "../../../protocol/limits.ts"
import type { ManifestAnswer } from "../../../protocol/routes.ts"
import { weigh } from "../../../protocol/weight.ts"

/** The share has been removed, or was never there. */
export class Gone extends Error {
  override readonly name = "Gone"
}

/** The server does not answer as it should at the moment; later it may. */
export class Unreachable extends Error {
  override readonly name = "Unreachable"
}

export interface Caught {
  document: Document
  /** Keys of what is otherwise than at the catching-up before. */
  changed: ReadonlySet<ItemKey>
  revision: number
  epoch: number
  /** Undefined before the first commit. */
  head: Head | undefined
  /** All stored versions of items, segment by segment. */
  versions: readonly (readonly Item[])[]
}

export interface SealedShareOptions {
  sealer: Sealer
  /** `/api/share/:id/segments` */
  segments: string
  fetch: (url: string) => Promise<Response>
  /** What all of it may come to in memory; see `weigh`. */
  most?: number
}

/** The share as its author sealed it: what is here has been held against the author's head. */
export interface SealedShare {
  /** Brings it up to what the server has. Throws {@link SealError}, {@link Gone} and {@link Unreachable}. */
  catchUp(): Promise<Caught>
}

/** What was merged between list and fetch is listed anew so many times. */
const MOST_LISTINGS = 5
/** As many as a browser opens connections to one server over HTTP/1.1. */
const SIDE_BY_SIDE = 6

export function createSealedShare(options: SealedShareOptions): SealedShare {
  const { sealer, segments: url, fetch, most = LIMITS.sealedWeight } = options
  const weights = new WeakMap<readonly Item[], number>()
  /** What is in the fold, by name and in order. */
  let folded = new Map<string, Item[]>()
  let fold: Fold = createFold("")

  async function catchUp(): Promise<Caught> {
    for (let listing = 1; ; listing++) {
      const manifest = await readManifest()
      const head = await openHead(manifest)
      const names = head?.segments ?? []
      const opened = await openAll(names)
      if (typeof opened === "string") {
        if (listing < MOST_LISTINGS) continue
        throw new SealError("tampered", `The server lists segment ${opened} and does not give it.`)
      }
      const changed = foldIn(opened, head?.sessionID ?? "")
      const { revision, epoch } = manifest
      return { document: fold.document(), changed, revision, epoch, head, versions: [...opened.values()] }
    }
  }

  async function readManifest(): Promise<ManifestAnswer> {
    const answer = await ask(url)
    if (answer.status === 404) throw new Gone()
    if (!answer.ok) throw new Unreachable(`the list of segments: ${answer.status}`)
    return answer.json()
  }

  /** The author's word on what the server lists. Before the first commit there is none, nor anything to list. */
  async function openHead(manifest: ManifestAnswer): Promise<Head | undefined> {
    if (manifest.head === undefined) {
      if (manifest.segments.length === 0) return undefined
      throw new SealError("tampered", "The server lists segments and has no head to hold them against.")
    }
    const head = await sealer.openHead(manifest.head)
    checkManifest(manifest, head)
    return head
  }

  /** The items of these segments; or the name of one that the server does not have any more. */
  async function openAll(names: readonly string[]): Promise<Map<string, Item[]> | string> {
    const opened = new Map<string, Item[]>()
    const wanted = names.filter((name) => !folded.has(name))
    let missing: string | undefined
    let weight = 0
    const take = (name: string, items: Item[]) => {
      opened.set(name, items)
      const own = weights.get(items) ?? items.reduce((sum, item) => sum + weigh(item), 0)
      weights.set(items, own)
      weight += own
      if (weight > most) throw tooHeavy(most)
    }
    for (const name of names) {
      const items = folded.get(name)
      if (items) take(name, items)
    }
    const openSome = async () => {
      for (let name = wanted.shift(); name !== undefined && missing === undefined; name = wanted.shift()) {
        const answer = await ask(`${url}/${name}`)
        if (answer.status === 404) missing = name
        else if (!answer.ok) throw new Unreachable(`segment ${name}: ${answer.status}`)
        else take(name, await sealer.openNamedSegment(name, await bytesOf(answer)))
      }
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, openSome))
    if (missing !== undefined) return missing
    return new Map(names.map((name) => [name, opened.get(name) ?? []]))
  }

  async function ask(address: string): Promise<Response> {
    const answer = await fetch(address).catch((cause: unknown) => {
      throw new Unreachable(address, { cause })
    })
    if (answer.status === 410) throw new Gone()
    return answer
  }

  /** Folds on where the list only goes on, and folds anew where it was merged. */
  function foldIn(opened: Map<string, Item[]>, sessionID: string): ReadonlySet<ItemKey> {
    const before = [...folded.keys()]
    const names = [...opened.keys()]
    const goesOn = fold.rootSessionID === sessionID && before.every((name, at) => name === names[at])
    const added = goesOn ? names.slice(before.length) : names
    const next = goesOn ? fold : createFold(sessionID)
    const touched = new Set(added.flatMap((name) => [...next.apply(opened.get(name) ?? [])]))
    const changed = goesOn ? touched : differences(fold, next)
    folded = opened
    fold = next
    return changed
  }

  return { catchUp }
}

function tooHeavy(most: number): SealError {
  return new SealError("format", `It comes to more than ${formatBytes(most)} in memory.`)
}

async function bytesOf(answer: Response): Promise<Uint8Array> {
  try {
    return new Uint8Array(await answer.arrayBuffer())
  } catch (cause) {
    throw new Unreachable("an answer broke off", { cause })
  }
}

/** The keys of what one has and the other has not, or has otherwise. */
function differences(before: Fold, after: Fold): Set<ItemKey> {
  const left = new Map([...before.items()].map((item) => [itemKey(item, before.rootSessionID), item]))
  const changed = new Set<ItemKey>()
  for (const item of after.items()) {
    const key = itemKey(item, after.rootSessionID)
    const old = left.get(key)
    if (old !== item && JSON.stringify(old) !== JSON.stringify(item)) changed.add(key)
    left.delete(key)
  }
  for (const key of left.keys()) changed.add(key)
  return changed
}
