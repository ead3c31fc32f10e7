import type * as z from "zod/mini"
import { ERROR_STATUS, type ErrorCode } from "../protocol/errors.ts"
import { CallError } from "./call-error.ts"

export interface CallerDeps {
  fetch: typeof globalThis.fetch
  now: () => number
  /** Sent with every call. */
  headers?: Record<string, string>
  /** For the whole of a call, in milliseconds; 30 s unless told. */
  timeoutMs?: number
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  url: string
  headers?: Record<string, string>
  body?: unknown
  signal?: AbortSignal | undefined
}

const TIMEOUT_MS = 30_000

/** One call of the API, and its answer as the schema reads it. Throws `CallError`. */
export async function callApi<T extends z.ZodMiniType>(
  deps: CallerDeps,
  call: Call,
  answer: T,
): Promise<z.infer<T>> {
  const response = await sendCall(deps, call)
  const text = await readText(response, call)
  const value = parseJson(text)
  if (!response.ok) throw refusal(response, value, deps.now())
  const parsed = answer.safeParse(value)
  if (!parsed.success) throw notTheApi(call.url, response.status)
  return parsed.data as z.infer<T>
}

/** The same for an answer that is bytes. */
export async function fetchBytes(deps: CallerDeps, call: Call): Promise<Uint8Array<ArrayBuffer>> {
  const response = await sendCall(deps, call)
  if (!response.ok) throw refusal(response, parseJson(await readText(response, call)), deps.now())
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw unreachable(call.url, cause)
  }
}

async function sendCall(deps: CallerDeps, { method, url, headers, body, signal }: Call): Promise<Response> {
  const limit = AbortSignal.timeout(deps.timeoutMs ?? TIMEOUT_MS)
  try {
    return await deps.fetch(url, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...deps.headers,
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A login page's redirect would otherwise be followed, and its 200 taken for an answer.
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    })
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

async function readText(response: Response, { url }: Call): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    throw unreachable(url, cause)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusal(response: Response, body: unknown, now: number): CallError {
  const { status, url } = response
  const { code, message } =
    (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error ?? {}
  if (typeof code !== "string" || !Object.hasOwn(ERROR_STATUS, code)) return notTheApi(url, status)
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), now)
  return new CallError("refused", String(message), { code: code as ErrorCode, status, retryAfterMs })
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
export function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined
}

function notTheApi(url: string, status: number): CallError {
  return new CallError(
    "not_api",
    `${originOf(url)} answered ${status} with something that is not Better Share's API: a login or challenge page may stand in front of it.`,
    { status },
  )
}

function unreachable(url: string, cause: unknown): CallError {
  return new CallError("unreachable", `${originOf(url)} does not answer.`, { cause })
}

/** Of a URL, what may be said aloud. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "The server"
}
