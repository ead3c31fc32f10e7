import { type Context, Hono } from "hono"
import type * as z from "zod/mini"
import type { AuditOrigin } from "../protocol/audit.ts"
import { ownersServers } from "../protocol/owner.ts"
import {
  type ManifestAnswer,
  type metadataClaim,
  type OwnerProof,
  type PassAnswer,
  type PresignAnswer,
  passBody,
  presignBody,
  type ReserveAnswer,
  ROUTES,
  recoverBody,
  reserveBody,
  segmentParams,
  type uploadedSegment,
} from "../protocol/routes.ts"
import type { Reserved } from "../shares/create/reserve.ts"
import type { ShareMetadata, Ticket } from "../shares/ports.ts"
import { type OwnerClaim, ownersCreator } from "../shares/recover/owner.ts"
import type * as direct from "../shares/upload/direct.ts"
import type { UploadedSegment } from "../shares/upload/uploaded.ts"
import { ownerActor } from "../trust/audit.ts"
import { requireCreating } from "./access.ts"
import { readBody, readOptionalBody, readParams, readSecretHeader, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import type { Limits } from "./limits.ts"
import { idsOf } from "./request-ids.ts"
import { streamBytes } from "./stream-bytes.ts"

/** The direct door: tickets out, commits in. Content passes between the client and the store. */
export function createDirectRoutes(deps: ApiDeps, limits: Limits): Hono<ApiEnv> {
  const { shares, trust, machine, config, log } = deps
  const app = new Hono<ApiEnv>()
  const named = (c: Context<ApiEnv>) => ({ shareID: readShareID(c), secret: readSecretHeader(c) })
  // What is sealed is given to whoever asks.
  const stored = (c: Context<ApiEnv>) => ({
    shareID: readShareID(c),
    secret: c.req.header("x-share-secret") === undefined ? undefined : readSecretHeader(c),
  })

  app.post(ROUTES.reserveShare.path, async (c) => {
    requireCreating(config, "direct")
    const who = await limits.beforeCreate(c)
    const { shareId: shareID, sessionId: sessionID, owner, ...rest } = await readBody(c, reserveBody)
    const { tickets, encrypted, visibility, password, expires } = rest
    const reserved = await shares.reserve({
      shareID,
      sessionID,
      tickets,
      encrypted,
      owner: owner && toClaim(c, owner),
      access: {
        visibility: visibility ?? (password === undefined ? undefined : "password"),
        password,
        expiry: expires,
      },
      ...who,
      by: owner ? await byOwner(who.by, owner) : who.by,
    })
    log.info({ share: reserved.share.id, ...idsOf(c) }, "share created")
    return c.json(toReserveAnswer(reserved), 200, await limits.creationHeaders(who))
  })

  app.post(ROUTES.recoverShare.path, async (c) => {
    const who = await limits.beforeCreate(c)
    const { sessionId: sessionID, owner, encrypted = false } = await readBody(c, recoverBody)
    const recovered = await shares.recover({
      sessionID,
      owner: toClaim(c, owner),
      encrypted,
      by: await byOwner(who.by, owner),
    })
    log.info({ share: recovered.share.id, ...idsOf(c) }, "share recovered by its owner")
    return c.json(toReserveAnswer(recovered), 200, await limits.creationHeaders(who))
  })

  app.post(ROUTES.passDeltas.path, async (c) => {
    const request = named(c)
    const { deltas, sealed } = await readBody(c, passBody)
    await shares.pass({
      ...request,
      passing: [...(deltas?.length ? [{ deltas }] : []), ...(sealed === undefined ? [] : [{ sealed }])],
      admit: () => limits.countPass(request.shareID),
    })
    const answer: PassAnswer = { viewers: shares.viewers(request.shareID) }
    return c.json(answer)
  })

  /** As long as nothing is written before the signature has proven right, it is they. Throws `forbidden` if blocked. */
  async function byOwner(by: AuditOrigin, { key }: OwnerProof): Promise<AuditOrigin> {
    const creator = ownersCreator(machine, key)
    await trust.blocks.refuse({ creator })
    return { ...by, actor: ownerActor(creator) }
  }

  function toClaim(c: Context<ApiEnv>, owner: OwnerProof): OwnerClaim {
    return { ...owner, servers: ownersServers(config.baseUrl, c.req.url) }
  }

  function toReserveAnswer(reserved: Reserved & direct.PresignAnswer): ReserveAnswer {
    const { share, secret, deleteSecret } = reserved
    const url = `${config.baseUrl}/share/${share.id}`
    const { visibility, expiresAt } = share
    return {
      ...{ shareId: share.id, url, secret, deleteSecret, visibility },
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      ...toAnswer(reserved, share.id),
    }
  }

  function toAnswer(answer: direct.PresignAnswer, shareID: string): PresignAnswer {
    return { ...describeAnswer(answer), viewers: shares.viewers(shareID) }
  }

  app.post(ROUTES.presignShare.path, async (c) => {
    const request = named(c)
    const { commit, merge, tickets } = (await readOptionalBody(c, presignBody)) ?? {}
    const answer = await shares.presign({
      ...request,
      commit: commit && {
        ...commit,
        segments: commit.segments.map(toUploaded),
        metadata: commit.metadata && toMetadata(commit.metadata),
      },
      merge: merge && { ...merge, segment: toUploaded(merge.segment) },
      tickets,
    })
    return c.json(toAnswer(answer, request.shareID))
  })

  app.get(ROUTES.readShareManifest.path, async (c) => {
    const { revision, epoch, head, segments } = await shares.manifest(stored(c))
    const answer: ManifestAnswer = {
      revision,
      epoch,
      ...(head !== undefined && { head }),
      segments: segments.map(({ id, firstRevision, lastRevision, items, bytes, contentBytes }) => ({
        segment: id,
        firstRevision,
        lastRevision,
        items,
        bytes,
        contentBytes,
      })),
    }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  app.get(ROUTES.readShareSegment.path, async (c) => {
    const { segment: segmentID } = readParams(c, segmentParams)
    const { bytes, encrypted, read } = await shares.findSegment({ ...stored(c), segmentID })
    // Who asks for the head alone would leave an object open that nobody reads.
    const body = c.req.method === "HEAD" ? null : streamBytes(await read())
    const headers = {
      "content-type": encrypted ? "application/octet-stream" : ROUTES.readShareSegment.answer,
      "content-length": String(bytes),
      "cache-control": "no-store",
    }
    return new Response(body, { headers })
  })

  return app
}

function describeAnswer({ revision, epoch, plain, tickets, merge, redactions }: direct.PresignAnswer) {
  return {
    ...(plain && { presignedUrl: plain.url, ...howTo(plain) }),
    revision,
    epoch,
    tickets: tickets.map((ticket) => ({ segment: ticket.segmentID, url: ticket.url, ...howTo(ticket) })),
    merge,
    ...(redactions > 0 && { redactions }),
  }
}

function howTo({ method, headers, expiresAt }: Ticket) {
  return { method, headers, expiresAt: new Date(expiresAt).toISOString() }
}

function toUploaded({ segment, ...rest }: z.infer<typeof uploadedSegment>): UploadedSegment {
  return { segmentID: segment, ...rest }
}

function toMetadata(claim: z.infer<typeof metadataClaim>): ShareMetadata {
  return {
    title: claim.title,
    directory: claim.directory,
    messages: claim.messageCount,
    parts: claim.partCount,
    diffs: claim.diffCount,
    models: claim.modelCount,
  }
}
