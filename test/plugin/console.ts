import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { closeServer, listen, readJson } from "../loopback.ts"
import type { OpenCode } from "../opencode/opencode.ts"

/** A console with one organisation, as OpenCode signs in to one, that would take shares gladly. */
export interface Console {
  readonly url: string
  /** Share calls, as `POST /api/shares`. */
  readonly shareCalls: string[]
  signIn(opencode: OpenCode): Promise<void>
  stop(): Promise<void>
}

export async function startConsole(): Promise<Console> {
  const shareCalls: string[] = []
  const answers: Record<string, unknown> = {
    "/auth/device/code": {
      device_code: "device",
      user_code: "CODE",
      verification_uri_complete: "http://127.0.0.1/verify",
      expires_in: 60,
      interval: 1,
    },
    "/auth/device/token": {
      access_token: "access",
      refresh_token: "refresh",
      expires_in: 3600,
      token_type: "Bearer",
    },
    "/api/user": { id: "user_1", email: "dev@example.com" },
    "/api/orgs": [{ id: "org_1", name: "Organisation" }],
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    await readJson(incoming)
    const path = incoming.url ?? ""
    if (path.startsWith("/api/share")) shareCalls.push(`${incoming.method} ${path}`)
    const known = path.startsWith("/api/shares") ? { id: "consoleshare1", url, secret: "s" } : answers[path]
    outgoing.writeHead(known === undefined ? 404 : 200, { "content-type": "application/json" })
    outgoing.end(JSON.stringify(known ?? {}))
  }
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  const url = await listen(server)
  return {
    url,
    shareCalls,
    async signIn(opencode) {
      const { code, transcript } = await opencode.command(["console", "login", url])
      if (code !== 0) throw new Error(transcript)
    },
    stop: () => closeServer(server),
  }
}
