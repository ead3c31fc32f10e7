import type {
  Commit,
  Excess,
  Merge,
  MetaStore,
  NewSegment,
  NewShare,
  ShareMetadata,
  ShareRow,
} from "../../src/shares/ports.ts"

export const CREATED_AT = 1_700_000_000_000

let count = 0

/** A share that nobody has made yet, with an id, a session and a secret of its own. */
export function newShare(changes: Partial<NewShare> = {}): NewShare {
  count += 1
  return {
    id: `share${count}`.padEnd(22, "x"),
    sessionID: `ses_${count}`,
    door: "native",
    secrets: [{ hash: `secret${count}`, scope: "write" }],
    creator: "me",
    address: "here",
    createdAt: CREATED_AT,
    ...changes,
  }
}

export function newSegment(share: Pick<NewShare, "id">, id: string, items = 3): NewSegment {
  return { id, objectKey: keyOf(share, id), items, bytes: 50, contentBytes: 400, createdAt: 5, redactions: 0 }
}

export function keyOf(share: Pick<NewShare, "id">, id: string): string {
  return `shares/${share.id}/${id}`
}

/** The hash of the secret that the share was made with. */
export function secretOf(share: NewShare): string {
  return share.secrets[0]?.hash ?? ""
}

/** What a share without content says of itself. */
export const NOTHING: ShareMetadata = {
  title: undefined,
  directory: undefined,
  messages: 0,
  parts: 0,
  diffs: 0,
  models: 0,
}

/** What one with content might. */
export const SOMETHING: ShareMetadata = {
  title: "A title",
  directory: "/home/dev",
  messages: 1,
  parts: 2,
  diffs: 3,
  models: 4,
}

/** What a row says of a share that whoever has the link may see until it is revoked, and nobody has. */
export const OPEN_TO_ITS_LINK = {
  visibility: "unlisted",
  password: undefined,
  access: 0,
  expiresAt: undefined,
  views: 0,
  firstViewedAt: undefined,
} as const

/** A store and short words for what is done to it. */
export interface MetaBench {
  meta: MetaStore
  /** Makes it, and throws when it could not. */
  create(changes?: Partial<NewShare>): Promise<NewShare>
  /** One commit of segments by these ids, three items each, with the share's secret. */
  commit(share: NewShare, ids: readonly string[], changes?: Partial<Commit>): ReturnType<MetaStore["commit"]>
  /** By the server itself unless told, at the share's present epoch. */
  merge(
    share: NewShare,
    ids: { replaces: readonly string[]; by: string },
    changes?: Partial<Merge>,
  ): Promise<boolean | Excess>
  /** The direct door's first look at a plain object. */
  seePlain(
    share: NewShare,
    seen: Partial<Parameters<MetaStore["seePlain"]>[0]>,
  ): Promise<ShareRow | undefined>
  /** Throws when there is none. */
  row(share: Pick<NewShare, "id">): Promise<ShareRow>
  /** Id, first and last revision of each segment. */
  manifest(share: Pick<NewShare, "id">): Promise<[id: string, first: number, last: number][]>
}

export function createMetaBench(meta: MetaStore): MetaBench {
  const row: MetaBench["row"] = async ({ id }) => {
    const found = await meta.findShare(id)
    if (!found) throw new Error(`there is no share ${id}`)
    return found
  }
  return {
    meta,
    row,
    async create(changes) {
      const share = newShare(changes)
      if (!(await meta.createShare(share))) throw new Error(`${share.id} is taken`)
      return share
    },
    commit: (share, ids, changes) =>
      meta.commit({
        shareID: share.id,
        segments: ids.map((id) => newSegment(share, id)),
        secretHash: secretOf(share),
        at: 5,
        metadata: undefined,
        ...changes,
      }),
    merge: async (share, { replaces, by }, changes) =>
      meta.merge({
        shareID: share.id,
        replaces,
        epoch: (await row(share)).epoch,
        segment: newSegment(share, by, 3 * replaces.length),
        secretHash: undefined,
        at: 6,
        ...changes,
      }),
    seePlain: (share, seen) =>
      meta.seePlain({
        shareID: share.id,
        generation: 0,
        version: "v1",
        bytes: 100,
        after: undefined,
        at: 7,
        ...seen,
      }),
    async manifest({ id }) {
      const segments = await meta.segments(id)
      return segments.map(({ id, firstRevision, lastRevision }) => [id, firstRevision, lastRevision])
    },
  }
}
