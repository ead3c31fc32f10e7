import { lookup } from "node:dns/promises"
import { isLoopback } from "../../protocol/loopback.ts"
import { healthAnswer } from "../../protocol/routes.ts"
import type { Terminal } from "../terminal.ts"
import type { Finding } from "./finding.ts"

const TIMEOUT_MS = 10_000
const MOST_SKEW_MS = 60_000

/** How a server looks from here, as OpenCode and browsers will meet it. */
export async function* examineServer(terminal: Terminal, server: string): AsyncGenerator<Finding> {
  const signal = () => AbortSignal.any([terminal.signal, AbortSignal.timeout(TIMEOUT_MS)])
  let health: Response
  try {
    health = await terminal.fetch(`${server}/api/health`, { redirect: "manual", signal: signal() })
  } catch (error) {
    yield {
      name: "server",
      state: "wrong",
      says: `${server} does not answer (${innermost(error)}).`,
      mend: MEND_REACH,
    }
    return
  }
  const text = await health.text()
  const answer = healthAnswer.safeParse(parsed(text))
  if (!answer.success) {
    yield challenge(server, health, text)
    return
  }
  yield { name: "server", state: "well", says: `${server} answers: Better Share ${answer.data.version}.` }
  yield encryption(server)
  yield clock(health, terminal.now())
  // Bots are kept out by how they ask: OpenCode asks so.
  const post = await terminal
    .fetch(`${server}/api/share`, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "opencode/1.18.33" },
      body: "{}",
      redirect: "manual",
      signal: signal(),
    })
    .catch(() => undefined)
  const body = await post?.text().catch(() => "")
  const isApi =
    typeof (parsed(body ?? "") as { error?: { code?: unknown } } | undefined)?.error?.code === "string"
  if (!post || !isApi) yield challenge(server, post, body ?? "")
  else yield { name: "api", state: "well", says: "What OpenCode sends gets to the API." }
}

/**
 * Whether the server knows the proxies before it.
 * @param seen as which it takes this machine; undefined where that cannot be asked
 */
export async function explainAddress(seen: string | undefined, server: string): Promise<Finding> {
  const name = "proxy"
  if (seen === undefined)
    return {
      name,
      state: "skipped",
      says: "Whether the server knows its proxies is told with the admin token, in BETTER_SHARE_ADMIN_TOKEN.",
    }
  if (!isLoopback(seen)) return { name, state: "well", says: `The server sees this machine as ${seen}.` }
  const { hostname } = new URL(server)
  const addresses = isLoopback(hostname)
    ? [hostname]
    : (await lookup(hostname, { all: true }).catch(() => [])).map(({ address }) => address)
  if (addresses.some(isLoopback))
    return {
      name,
      state: "skipped",
      says: "From the server's own machine it cannot be told whether the server knows its proxies: look from another.",
    }
  return {
    name,
    state: "wrong",
    says: `The server takes everybody for its own machine (${seen}), so limits count all as one.`,
    mend: "Name the proxy in TRUSTED_PROXIES (loopback, when it runs on the same machine), and have it write X-Forwarded-For.",
  }
}

const MEND_REACH = "Is it running, is this its address, and does the firewall let port and TLS through?"

function challenge(server: string, answer: Response | undefined, text: string): Finding {
  const status = answer?.status
  const location = answer?.headers.get("location")
  const server_ = answer?.headers.get("server") ?? ""
  const isChallenge =
    /challenge|captcha|just a moment|cf-|access denied/i.test(text) || answer?.headers.has("cf-mitigated")
  const what = location
    ? `a redirect to ${location.slice(0, 200)}`
    : isChallenge
      ? "a challenge page"
      : "something that is not Better Share's"
  return {
    name: "api",
    state: "wrong",
    says: `${server}/api answered ${status ?? "nothing"} with ${what}${server_ && ` (${server_})`}.`,
    mend: "Have /api let through without challenge, login or rewriting: programs cannot solve them. docs/deploy has the rules.",
  }
}

function encryption(server: string): Finding {
  const { protocol, hostname } = new URL(server)
  if (protocol === "https:") return { name: "tls", state: "well", says: "It is reached by HTTPS." }
  if (isLoopback(hostname))
    return { name: "tls", state: "well", says: "It is on this machine, and needs no TLS." }
  return {
    name: "tls",
    state: "note",
    says: "It is reached without TLS: what is shared, and every secret, can be read on the way.",
    mend: "Put a proxy with TLS before it. Browsers open encrypted shares over HTTPS alone.",
  }
}

function clock(answer: Response, now: number): Finding {
  const there = Date.parse(answer.headers.get("date") ?? "")
  if (Number.isNaN(there))
    return { name: "clock", state: "skipped", says: "The server does not say what time it is." }
  const skew = Math.round((now - there) / 1000)
  if (Math.abs(skew) * 1000 <= MOST_SKEW_MS)
    return { name: "clock", state: "well", says: "The server's clock and this machine's agree." }
  return {
    name: "clock",
    state: "wrong",
    says: `This machine's clock is ${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"} the server's: what it signs is refused.`,
    mend: "Set both by NTP.",
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `fetch failed` says nothing; its cause says `connect ECONNREFUSED …`. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error.cause instanceof Error ? innermost(error.cause) : error.message
}
