import type { Context } from "hono"
import type * as z from "zod/mini"
import { splitCapability } from "../protocol/capability.ts"
import { notFound, passwordRequired, ShareError } from "../protocol/errors.ts"
import { formatBytes, LIMITS } from "../protocol/limits.ts"
import { shareParams, shareSecretHeader } from "../protocol/routes.ts"
import { type Gate, isOpen } from "../shares/access/admission.ts"
import type { ApiEnv } from "./context.ts"

/** Reads a small JSON body, of up to `most` bytes, and parses it by its schema. */
export async function readBody<T extends z.ZodMiniType>(
  c: Context<ApiEnv>,
  schema: T,
  most: number = LIMITS.requestBytes,
): Promise<z.infer<T>> {
  requireJson(c)
  return accept(schema.safeParse(parseJson(decodeUtf8(await readSmall(c, most)))))
}

/** The fields of a form, and what parses them by a schema. Of a name that stands there twice the last counts. */
export async function readFields(c: Context<ApiEnv>) {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/x-www-form-urlencoded") {
    throw new ShareError("unsupported_media_type", "This address takes a form from one of its own pages.")
  }
  const fields = Object.fromEntries(new URLSearchParams(decodeUtf8(await readSmall(c))))
  return {
    fields,
    accept: <T extends z.ZodMiniType>(schema: T, values: unknown): z.infer<T> =>
      accept(schema.safeParse(values)),
  }
}

/** The same for a body that may be left out. */
export async function readOptionalBody<T extends z.ZodMiniType>(
  c: Context<ApiEnv>,
  schema: T,
): Promise<z.infer<T> | undefined> {
  const chunks = await readSmall(c)
  if (chunks.every(({ byteLength }) => byteLength === 0)) return undefined
  requireJson(c)
  return accept(schema.safeParse(parseJson(decodeUtf8(chunks))))
}

async function readSmall(c: Context<ApiEnv>, most: number = LIMITS.requestBytes): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readLimited(c, most)) chunks.push(chunk)
  return chunks
}

/** The share's id from the path, where a capability may stand behind it. Throws `not_found`. */
export function readShareID(c: Context<ApiEnv>): string {
  const { id } = readParams(c, shareParams)
  return c.req.method === "GET" || c.req.method === "HEAD" ? requireAdmitted(c, id) : id
}

/**
 * For what reads a share: the very id that was let in to (api/admit.ts). Were an address ever read otherwise there than
 * by its route, this shows nothing. Throws `not_found`.
 */
export function requireAdmitted(c: Context<ApiEnv>, id: string): string {
  if (c.get("admitted") !== id) throw notFound()
  return id
}

/**
 * For what has been read since its reader was let in, which may take a while: it may have been closed to them. Throws what
 * who comes now is told.
 */
export function requireStillOpen(c: Context<ApiEnv>, share: Gate): void {
  if (isOpen(share) || share.access === c.get("admittedAt")) return
  throw share.visibility === "password" ? passwordRequired() : notFound()
}

/** The path's parameters, parsed by their schema. What cannot be one is answered like one that does not exist. */
export function readParams<T extends z.ZodMiniType>(c: Context<ApiEnv>, schema: T): z.infer<T> {
  const { id, ...others } = c.req.param() as Record<string, string>
  const params = schema.safeParse(id === undefined ? others : { ...others, id: splitCapability(id).shareID })
  if (!params.success) throw notFound()
  return params.data
}

/** The secret of a share as clients of the direct door send it. */
export function readSecretHeader(c: Context<ApiEnv>): string {
  return accept(shareSecretHeader.safeParse({ "x-share-secret": c.req.header("x-share-secret") }))[
    "x-share-secret"
  ]
}

/** The query, parsed by its schema. */
export function readQuery<T extends z.ZodMiniType>(c: Context<ApiEnv>, schema: T): z.infer<T> {
  return accept(schema.safeParse(c.req.query()))
}

/** What a schema says of a value from outside. Throws `invalid_request`. */
export function accept<T>(
  result: { success: true; data: T } | { success: false; error: z.core.$ZodError },
): T {
  if (result.success) return result.data
  const [issue] = result.error.issues
  const at = issue?.path.join(".")
  throw new ShareError("invalid_request", `${at ? `${at}: ` : ""}${issue?.message ?? "Invalid input"}.`)
}

/** Bodies are JSON and say so: a page elsewhere cannot send that type here without asking first (CORS). */
export function requireJson(c: Context<ApiEnv>): void {
  const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase()
  if (type !== "application/json") {
    throw new ShareError("unsupported_media_type", "The body must be sent as content-type application/json.")
  }
  const encoding = c.req.header("content-encoding")?.toLowerCase() ?? "identity"
  if (encoding !== "identity") {
    throw new ShareError(
      "unsupported_media_type",
      `Content-encoding ${encoding} is not supported; send the body as it is.`,
    )
  }
}

/**
 * The body as it arrives, refused as soon as it is known to be larger than `limit` bytes. When it is not read to its
 * end, the rest is taken and thrown away: a client that still sends would otherwise meet a closed connection and not
 * the answer that says what is wrong.
 */
export async function* readLimited(c: Context<ApiEnv>, limit: number): AsyncGenerator<Uint8Array> {
  const reader = c.req.raw.body?.getReader()
  if (!reader) return
  let size = 0
  let ended = false
  try {
    if (Number(c.req.header("content-length")) > limit) throw tooLarge(limit)
    for (;;) {
      const { done, value } = await reader.read()
      ended = done
      if (done) return
      size += value.byteLength
      if (size > limit) throw tooLarge(limit)
      yield value
    }
  } finally {
    if (!ended) discard(reader)
  }
}

/** A refusal before it was asked for leaves the body unread, and a generator that never began has nothing to clean up. */
export function discardUnread(body: AsyncGenerator<Uint8Array>): void {
  body.next().then(
    () => body.return(undefined),
    () => {},
  )
}

function tooLarge(limit: number): ShareError {
  return new ShareError("too_large", `The body is larger than this server takes (${formatBytes(limit)}).`)
}

/** Not waited for: the answer goes out meanwhile. The runtime's own time limit for a request ends it at last. */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // The client has gone; there is nothing left to throw away.
  }
}

function decodeUtf8(chunks: Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode()
  } catch {
    throw new ShareError("invalid_json", "The body is not UTF-8.")
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ShareError("invalid_json", "The body is not JSON.")
  }
}
