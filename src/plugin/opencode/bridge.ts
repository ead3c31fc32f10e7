import { randomBytes, timingSafeEqual } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type * as z from "zod/mini"
import { ERROR_STATUS, ShareError } from "../../protocol/errors.ts"
import { LIMITS } from "../../protocol/limits.ts"
import { isLoopback } from "../../protocol/loopback.ts"
import { createBody, deleteBody } from "../../protocol/routes.ts"
import { readSyncBody, type SyncBody } from "../../protocol/sync-body.ts"

/** What stands behind the bridge. What it throws becomes an error of the API's form. */
export interface BridgeCalls {
  create(sessionID: string): Promise<{ id: string; url: string; secret: string }>
  /** Resolves when all items are safe on disk. */
  sync(shareID: string, body: SyncBody): Promise<void>
  remove(shareID: string, secret: string): Promise<unknown>
}

export interface Bridge {
  /** What OpenCode gets as `enterprise.url`. */
  readonly url: string
  close(): void
}

/**
 * OpenCode's share server on this machine: the four native calls, on loopback, at a random port and behind a random
 * path. It answers nobody else: not another user who does not know the path, not a web page whatever name it has for
 * 127.0.0.1, not another machine.
 */
export async function openBridge(calls: BridgeCalls): Promise<Bridge> {
  const token = randomBytes(24).toString("base64url")
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => refuse(response, error))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = admit(request, token)
    const called = /^\/api\/share(?:\/([^/]+)(\/sync)?)?$/.exec(path)
    if (!called) throw notHere()
    const [, id, sync] = called
    const route = `${request.method} ${id === undefined ? "" : "id"}${sync ?? ""}`
    if (route === "POST ") {
      const { sessionID } = readAs(createBody, await readJson(request))
      return reply(response, 200, await calls.create(sessionID))
    }
    if (route === "POST id/sync" && id !== undefined) {
      await calls.sync(id, await readSyncBody(unhurried(request)))
      return reply(response, 200, {})
    }
    if (route === "DELETE id" && id !== undefined) {
      const { secret } = readAs(deleteBody, await readJson(request))
      return reply(response, 200, (await calls.remove(id, secret)) ?? {})
    }
    throw notHere()
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  // One that nobody listens to would end OpenCode.
  server.on("error", () => {})
  // OpenCode decides when it ends.
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/${token}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The path behind the token. Throws for every caller who is not this machine's OpenCode. */
function admit({ url = "", headers, socket }: IncomingMessage, token: string): string {
  const [, offered = "", ...rest] = url.split("/")
  const known = safeEqual(offered, token)
  // A web page's requests carry an origin, or a host name of its own for this address (DNS rebinding).
  const fromPage = headers.origin !== undefined || headers["sec-fetch-site"] !== undefined
  const ownHost = headers.host === `127.0.0.1:${socket.localPort}`
  if (!known || fromPage || !ownHost || !isLoopback(socket.remoteAddress ?? "")) throw notHere()
  return `/${rest.join("/")}`
}

function safeEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function notHere(): ShareError {
  return new ShareError("not_found", "There is nothing here.")
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > LIMITS.requestBytes) throw new ShareError("too_large", "The request is too large.")
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"))
  } catch (cause) {
    throw new ShareError("invalid_json", "The body is not JSON.", { cause })
  }
}

function readAs<T extends z.ZodMiniType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new ShareError("invalid_request", parsed.error.issues[0]?.message ?? "Invalid input")
}

/** A body of many megabytes is parsed on OpenCode's own thread, which has other things to do in between. */
async function* unhurried(request: IncomingMessage): AsyncIterable<Uint8Array> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    yield chunk
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof ShareError
  const { code, message } = known ? error : { code: "internal" as const, message: "Better Share failed." }
  if (response.headersSent) response.destroy()
  else reply(response, ERROR_STATUS[code], { error: { code, message } })
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(text)
}
