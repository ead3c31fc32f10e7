import { type Context, Hono } from "hono"
import type * as z from "zod/mini"
import {
  type ManifestAnswer,
  type metadataClaim,
  type PresignAnswer,
  presignBody,
  type ReserveAnswer,
  ROUTES,
  reserveBody,
  segmentParams,
  type uploadedSegment,
} from "../protocol/routes.ts"
import type { ShareMetadata, Ticket } from "../shares/ports.ts"
import type { UploadedSegment } from "../shares/upload/commit-uploads.ts"
import type * as direct from "../shares/upload/direct.ts"
import { readBody, readOptionalBody, readParams, readSecretHeader, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import type { Limits } from "./limits.ts"
import { streamBytes } from "./stream-bytes.ts"

/** The direct door: tickets out, commits in. Content passes between the client and the store. */
export function createDirectRoutes(deps: ApiDeps, limits: Limits): Hono<ApiEnv> {
  const { shares, config, log } = deps
  const app = new Hono<ApiEnv>()
  const named = (c: Context<ApiEnv>) => ({ shareID: readShareID(c), secret: readSecretHeader(c) })

  app.post(ROUTES.reserveShare.path, async (c) => {
    const who = await limits.beforeCreate(c)
    const { shareId: shareID, sessionId: sessionID, tickets } = await readBody(c, reserveBody)
    const reserved = await shares.reserve({ shareID, sessionID, tickets, ...who })
    const { share, secret, deleteSecret } = reserved
    log.info({ share: share.id, request: c.get("requestID") }, "share created")
    const answer: ReserveAnswer = {
      shareId: share.id,
      url: `${config.baseUrl}/share/${share.id}`,
      secret,
      deleteSecret,
      ...toAnswer(reserved),
    }
    return c.json(answer, 200, await limits.creationHeaders(who.address))
  })

  app.post(ROUTES.presignShare.path, async (c) => {
    const request = named(c)
    const { commit, merge, tickets } = (await readOptionalBody(c, presignBody)) ?? {}
    const answer = await shares.presign({
      ...request,
      commit: commit && {
        segments: commit.segments.map(toUploaded),
        metadata: commit.metadata && toMetadata(commit.metadata),
      },
      merge: merge && { ...merge, segment: toUploaded(merge.segment) },
      tickets,
    })
    return c.json(toAnswer(answer))
  })

  app.get(ROUTES.readShareManifest.path, async (c) => {
    const { revision, epoch, segments } = await shares.manifest(named(c))
    const answer: ManifestAnswer = {
      revision,
      epoch,
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
    const { bytes, read } = await shares.findSegment({ ...named(c), segmentID })
    // Who asks for the head alone would leave an object open that nobody reads.
    const body = c.req.method === "HEAD" ? null : streamBytes(await read())
    const headers = {
      "content-type": ROUTES.readShareSegment.answer,
      "content-length": String(bytes),
      "cache-control": "no-store",
    }
    return new Response(body, { headers })
  })

  return app
}

function toAnswer({ revision, epoch, plain, tickets, merge }: direct.PresignAnswer): PresignAnswer {
  return {
    ...(plain && { presignedUrl: plain.url, ...howTo(plain) }),
    revision,
    epoch,
    tickets: tickets.map((ticket) => ({ segment: ticket.segmentID, url: ticket.url, ...howTo(ticket) })),
    merge,
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
