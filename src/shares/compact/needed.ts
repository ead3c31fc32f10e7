import type { MetaStore, ShareRow, StoredBlob } from "../ports.ts"
import { type Owner, ownerOf } from "../segment.ts"

/** Objects whose names say that they belong together. */
export interface ObjectGroup {
  /** Undefined of what is named as nothing of ours is. */
  owner: ReturnType<typeof ownerOf>
  objects: StoredBlob[]
}

type Named = ObjectGroup["owner"] & {}

/**
 * Which objects of a group somebody may still need; undefined when the database does not know their share. The objects are
 * listed before this is asked, so that a merge in between leaves none unknown.
 */
export async function whatIsNeeded(
  meta: MetaStore,
  owner: ObjectGroup["owner"],
): Promise<((key: string) => boolean) | undefined> {
  const share = owner && (await meta.findShare(owner.id))
  if (!owner || !share || owner.generation > share.generation) return undefined
  return neededOf(meta, share, owner)
}

async function neededOf(meta: MetaStore, share: ShareRow, owner: Named): Promise<(key: string) => boolean> {
  if (share.state === "active" && owner.generation === share.generation) {
    // Who puts a plain object tells nobody, so it counts until the share is one of segments.
    if (owner.form === "plain") return () => share.form !== "log"
    const live = await meta.liveObjects(share.id)
    return (key) => live.has(key)
  }
  // A deletion counts what it deletes. What comes behind a finished one, as from a node that was cut off, it misses.
  const deletion = await meta.findDeletion(owner.id, owner.generation)
  const unfinished = deletion !== undefined && deletion.finishedAt === undefined
  return () => share.state === "expired" || unfinished
}

export function groupByOwner(objects: readonly StoredBlob[]): ObjectGroup[] {
  const groups = new Map<string, ObjectGroup>()
  for (const object of objects) {
    const owner = ownerOf(object.key)
    const name = owner ? nameOf(owner) : ""
    const group = groups.get(name) ?? { owner, objects: [] }
    group.objects.push(object)
    groups.set(name, group)
  }
  return [...groups.values()]
}

function nameOf({ id, generation, form }: Owner & { form: string }): string {
  return `${form} ${id} ${generation}`
}
