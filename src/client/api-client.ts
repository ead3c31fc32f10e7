import type * as z from "zod/mini"
import type { Item } from "../protocol/item.ts"
import {
  type AccessAnswer,
  accessAnswer,
  type accessBody,
  type DeleteAnswer,
  deleteAnswer,
  type EntryAnswer,
  entryAnswer,
  type HolderBody,
  type ManifestAnswer,
  type MetadataAnswer,
  manifestAnswer,
  metadataAnswer,
  type OwnedSharesAnswer,
  type OwnerProof,
  ownedSharesAnswer,
  type PassAnswer,
  type PresignAnswer,
  passAnswer,
  type passBody,
  presignAnswer,
  type presignBody,
  type RedactAnswer,
  type RedactionsAnswer,
  type ReserveAnswer,
  ROUTES,
  type RouteName,
  redactAnswer,
  type redactBody,
  redactionsAnswer,
  reserveAnswer,
  type reserveBody,
  routePath,
  syncAnswer,
  type UnlockAnswer,
  unlockAnswer,
} from "../protocol/routes.ts"
import { type Call, type CallerDeps, callApi, fetchBytes } from "./call.ts"

export interface ApiClientOptions extends CallerDeps {
  /** Where the API is, without a slash at the end. */
  baseUrl: string
  /** For servers that let only its holders create shares. */
  createToken(): string | undefined
}

/** Whose share, and the permission to write to it. */
export interface ShareAccess {
  shareID: string
  secret: string
}

/** One function a call. All throw `CallError`. */
export interface ApiClient {
  reserve(body: z.infer<typeof reserveBody>): Promise<ReserveAnswer>
  presign(share: ShareAccess, body: z.infer<typeof presignBody>, signal?: AbortSignal): Promise<PresignAnswer>
  /** New secrets for a share of this owner. */
  recover(sessionId: string, owner: OwnerProof): Promise<ReserveAnswer>
  /** Text while it is being written. */
  pass(share: ShareAccess, body: z.infer<typeof passBody>): Promise<PassAnswer>
  manifest(share: ShareAccess): Promise<ManifestAnswer>
  /** What its owner took out of the share, with what the rules name. */
  redactions(share: ShareAccess): Promise<RedactionsAnswer>
  /** Takes something out of what is stored, and of all that comes later. */
  redact(share: ShareAccess, body: z.infer<typeof redactBody>): Promise<RedactAnswer>
  segment(share: ShareAccess, segment: string): Promise<Uint8Array<ArrayBuffer>>
  remove(share: ShareAccess): Promise<DeleteAnswer>
  /** Who may see it, and for how long. */
  change(share: ShareAccess, body: z.infer<typeof accessBody>): Promise<AccessAnswer>
  /** What opens a share that asks for a password. */
  unlock(shareID: string, password: string): Promise<UnlockAnswer>
  /** @param share its secret may be left out, for what everybody with the link may see */
  metadata(share: { shareID: string; secret?: string | undefined }): Promise<MetadataAnswer>
  /** The native door's, for shares that were made without a client of the direct one. */
  sync(share: ShareAccess, items: readonly Item[]): Promise<void>
  /** One page of the shares of whoever holds a key or secrets. */
  listOwned(holder: HolderBody): Promise<OwnedSharesAnswer>
  /** A link that lets one browser in to them. */
  enterAsOwner(holder: HolderBody): Promise<EntryAnswer>
}

export function createApiClient({ baseUrl, createToken, ...deps }: ApiClientOptions): ApiClient {
  const to = (
    name: RouteName,
    rest: Omit<Call, "method" | "url">,
    params?: Record<string, string>,
  ): Call => ({
    method: ROUTES[name].method,
    url: baseUrl + routePath(name, params),
    ...rest,
  })
  const creating = (): Record<string, string> => {
    const token = createToken()
    return token === undefined ? {} : { authorization: `Bearer ${token}` }
  }
  const writing = ({ secret }: ShareAccess) => ({ "x-share-secret": secret })

  return {
    reserve: (body) => callApi(deps, to("reserveShare", { body, headers: creating() }), reserveAnswer),
    presign: (share, body, signal) =>
      callApi(
        deps,
        to("presignShare", { body, headers: writing(share), signal }, { id: share.shareID }),
        presignAnswer,
      ),
    recover: (sessionId, owner) =>
      callApi(deps, to("recoverShare", { body: { sessionId, owner }, headers: creating() }), reserveAnswer),
    pass: (share, body) =>
      callApi(deps, to("passDeltas", { body, headers: writing(share) }, { id: share.shareID }), passAnswer),
    manifest: (share) =>
      callApi(
        deps,
        to("readShareManifest", { headers: writing(share) }, { id: share.shareID }),
        manifestAnswer,
      ),
    redactions: (share) => {
      const call = to("readRedactions", { headers: writing(share) }, { id: share.shareID })
      return callApi(deps, { ...call, url: `${call.url}?texts=1` }, redactionsAnswer)
    },
    redact: (share, body) =>
      callApi(
        deps,
        to("redactShare", { body, headers: writing(share) }, { id: share.shareID }),
        redactAnswer,
      ),
    segment: (share, segment) =>
      fetchBytes(deps, to("readShareSegment", { headers: writing(share) }, { id: share.shareID, segment })),
    remove: (share) =>
      callApi(deps, to("deleteShare", { headers: writing(share) }, { id: share.shareID }), deleteAnswer),
    change: (share, body) =>
      callApi(
        deps,
        to("changeShare", { body, headers: writing(share) }, { id: share.shareID }),
        accessAnswer,
      ),
    unlock: (shareID, password) =>
      callApi(deps, to("unlockShare", { body: { password } }, { id: shareID }), unlockAnswer),
    metadata: ({ shareID, secret }) => {
      const headers = secret === undefined ? {} : writing({ shareID, secret })
      return callApi(deps, to("readShareMetadata", { headers }, { id: shareID }), metadataAnswer)
    },
    async sync(share, items) {
      const body = { secret: share.secret, data: items }
      await callApi(deps, to("syncShare", { body }, { id: share.shareID }), syncAnswer)
    },
    listOwned: (body) => callApi(deps, to("listOwnedShares", { body }), ownedSharesAnswer),
    enterAsOwner: (body) => callApi(deps, to("enterAsOwner", { body }), entryAnswer),
  }
}
