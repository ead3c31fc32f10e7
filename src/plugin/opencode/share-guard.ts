/**
 * OpenCode's share client goes through the global `fetch`, and decides by itself where to: an account that is signed in
 * to a console overrides `enterprise.url` at any moment. So its requests are looked at once more on their way out: those
 * for a bridge of ours pass, a removal of a share of ours is led to its bridge, and the rest goes nowhere.
 */
export interface ShareGuard {
  /** Lets requests to this bridge pass, and takes those for its shares to it. Returns what ends that. */
  admit(bridge: GuardedBridge): () => void
}

export interface GuardedBridge {
  url: string
  /** Whether a share of this id was made here. */
  knows(shareID: string): Promise<boolean>
  /** Told of what was kept from leaving. Must not throw. */
  onRefusal(origin: string): void
}

const GUARD = Symbol.for("better-share.guard")
/** A share call of OpenCode's client: 1.18 says `/api/share…`, and `/api/shares…` to a console. */
const SHARE_CALL = /\/api\/shares?(?:\/([A-Za-z0-9_-]+)(\/sync)?)?\/?$/

/** How the body of each of its calls begins. */
const SHARE_BODY = /^\s*\{\s*"(sessionID|secret)"/

type Fetch = typeof globalThis.fetch
type GuardedFetch = Fetch & { [GUARD]?: ShareGuard }

/** One a process, however many projects it serves. */
export function installShareGuard(scope: { fetch: Fetch }): ShareGuard {
  const installed = (scope.fetch as GuardedFetch)[GUARD]
  if (installed) return installed
  const bridges = new Set<GuardedBridge>()
  const send = scope.fetch

  const guarded = async (...[input, init]: Parameters<Fetch>): Promise<Response> => {
    const call = readCall(input, init)
    if (!call || [...bridges].some(({ url }) => call.url.href.startsWith(`${url}/`))) return send(input, init)
    for (const bridge of bridges) {
      if (call.method !== "DELETE" || call.shareID === undefined || !(await bridge.knows(call.shareID)))
        continue
      const body = init?.body ?? (input instanceof Request ? await input.text() : undefined)
      const headers = { "content-type": "application/json" }
      return send(`${bridge.url}/api/share/${call.shareID}`, {
        method: "DELETE",
        headers,
        body: body ?? null,
      })
    }
    for (const bridge of bridges) bridge.onRefusal(call.url.origin)
    const message = "Better Share keeps sessions from any other server."
    return Response.json({ error: { code: "forbidden", message } }, { status: 403 })
  }
  const guard: ShareGuard = {
    admit(bridge) {
      bridges.add(bridge)
      return () => void bridges.delete(bridge)
    },
  }
  scope.fetch = Object.assign(guarded, send, { [GUARD]: guard })
  return guard
}

/** What of a request concerns shares; undefined for every other request, also other programs' of a like address. */
function readCall(input: Parameters<Fetch>[0], init: Parameters<Fetch>[1]) {
  const method = (init?.method ?? (input instanceof Request ? input.method : "GET")).toUpperCase()
  if (method !== "POST" && method !== "DELETE") return undefined
  const address = input instanceof Request ? input.url : String(input)
  if (!URL.canParse(address)) return undefined
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined))
  // Its share client names no agent itself: the runtime does, beneath `fetch`. Who names another is somebody else.
  const agent = headers.get("user-agent")
  if (agent !== null && !agent.startsWith("opencode/")) return undefined
  if (init?.body != null && !SHARE_BODY.test(startOf(init.body))) return undefined
  const url = new URL(address)
  const match = SHARE_CALL.exec(url.pathname)
  return match ? { method, url, shareID: match[1] } : undefined
}

/** The first characters of a body that is text or bytes; of any other, which may be read only once, what passes for one. */
function startOf(body: unknown): string {
  if (typeof body === "string") return body.slice(0, 64)
  if (body instanceof Uint8Array) return new TextDecoder().decode(body.subarray(0, 64))
  return '{"secret"'
}
