/**
 * OpenCode's share client goes through the global `fetch`, and decides by itself where to: an account that is signed in
 * to a console overrides `enterprise.url` at any moment. So its requests are looked at once more on their way out: those
 * for a bridge of ours pass, a removal of a share of ours is led to its bridge, and what else concerns our sessions goes
 * nowhere. One process may serve projects that have no plugin: theirs are theirs.
 */
export interface ShareGuard {
  /** Lets requests to this bridge pass, and looks after its shares, in the place of the project's bridge before it. */
  admit(bridge: GuardedBridge): void
}

export interface GuardedBridge {
  url: string
  /** The project's folder. */
  project: string
  /** Whether a share of this id was made here. Must not reject. */
  knows(shareID: string): Promise<boolean>
  /** Whether a session is one of the bridge's project. Must not reject. */
  owns(sessionID: string): Promise<boolean>
  /** Told of what was kept from leaving. Must not throw. */
  onRefusal(origin: string): void
}

const GUARD = Symbol.for("better-share.guard")
/** A share call of OpenCode's client: 1.18 says `/api/share…`, and `/api/shares…` to a console. */
const SHARE_CALL = /\/api\/shares?(?:\/([A-Za-z0-9_-]+)(\/sync)?)?\/?$/
/** How the body of each of its calls begins. */
const SHARE_BODY = /^\s*\{\s*"(sessionID|secret|data)"/

type Fetch = typeof globalThis.fetch
type GuardedFetch = Fetch & { [GUARD]?: ShareGuard }

/** One a process, however many projects it serves. */
export function installShareGuard(scope: { fetch: Fetch }): ShareGuard {
  const installed = (scope.fetch as GuardedFetch)[GUARD]
  if (installed) return installed
  /** By project. */
  const bridges = new Map<string, GuardedBridge>()
  const send = scope.fetch

  const guarded = async (...[input, init]: Parameters<Fetch>): Promise<Response> => {
    const call = readCall(input, init)
    if (!call || [...bridges.values()].some(({ url }) => call.url.href.startsWith(`${url}/`)))
      return send(input, init)
    const bridge = await findBridge(call)
    if (!bridge) return send(input, init)
    if (call.method === "DELETE") {
      const headers = { "content-type": "application/json" }
      return send(`${bridge.url}/api/share/${call.shareID}`, { method: "DELETE", headers, body: call.body })
    }
    bridge.onRefusal(call.url.origin)
    const message = "Better Share keeps sessions from any other server."
    return Response.json({ error: { code: "forbidden", message } }, { status: 403 })
  }

  /** Whose share or session it is about. */
  async function findBridge({ shareID, sessionID }: ShareCall): Promise<GuardedBridge | undefined> {
    for (const bridge of bridges.values()) {
      if (shareID !== undefined && (await bridge.knows(shareID))) return bridge
      if (sessionID !== undefined && (await bridge.owns(sessionID))) return bridge
    }
    return undefined
  }

  const guard: ShareGuard = {
    admit(bridge) {
      bridges.set(bridge.project, bridge)
    },
  }
  scope.fetch = Object.assign(guarded, send, { [GUARD]: guard })
  return guard
}

interface ShareCall {
  method: "POST" | "DELETE"
  url: URL
  shareID: string | undefined
  /** The first session that the body names. */
  sessionID: string | undefined
  body: string | Uint8Array<ArrayBuffer>
}

/** What of a request concerns shares; undefined for every other request, also other programs' to a like address. */
function readCall(input: Parameters<Fetch>[0], init: Parameters<Fetch>[1]): ShareCall | undefined {
  const { method, headers, body } = init ?? {}
  if (method !== "POST" && method !== "DELETE") return undefined
  // Its share client names no agent itself: the runtime does, beneath `fetch`. Who names another is somebody else.
  const agent = new Headers(headers).get("user-agent")
  if (agent !== null && !agent.startsWith("opencode/")) return undefined
  const address = input instanceof Request ? input.url : String(input)
  const match = URL.canParse(address) ? SHARE_CALL.exec(new URL(address).pathname) : null
  if (!match || !(typeof body === "string" || body instanceof Uint8Array)) return undefined
  const start = startOf(body)
  if (!SHARE_BODY.test(start)) return undefined
  const sessionID = /"(ses_[A-Za-z0-9]+)"/.exec(start)?.[1]
  return { method, url: new URL(address), shareID: match[1], sessionID, body: body as ShareCall["body"] }
}

const START = 64 * 1024

/** Enough to find what a call is about: a first sync is the whole session. */
function startOf(body: string | Uint8Array): string {
  return typeof body === "string" ? body.slice(0, START) : new TextDecoder().decode(body.subarray(0, START))
}
