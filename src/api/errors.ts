import type { Context } from "hono"
import { ShareError, WrongSecret } from "../protocol/errors.ts"
import { LimitReached, StorageError } from "../shares/ports.ts"
import { renderLockedPage } from "../viewer/locked-page.ts"
import { renderMessagePage } from "../viewer/message-page.ts"
import { renderPasswordPage } from "../viewer/password-page.ts"
import { assetUrls } from "./assets.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { describeLimit } from "./limits.ts"
import { BASIC_CHALLENGE, Locked } from "./lock.ts"
import { namedShare } from "./named-share.ts"
import { idsOf } from "./request-ids.ts"
import { wantedFormat } from "./wanted-format.ts"

/** Seconds after which a client may try again when nothing says more: the storage does not answer, a place is taken. */
const RETRY_AFTER = "5"

/** Every failure ends here: what a person can act on is said, everything else is a request id and a log line. */
export function answerError(error: unknown, c: Context<ApiEnv>, deps: ApiDeps): Response {
  const known = toShareError(error, c, deps)
  deps.meter.refused(known.code)
  if (error instanceof WrongSecret) {
    void deps.trust.audit.failed({ of: "share", shareID: error.shareID, address: c.env.address })
  }
  const headers: Record<string, string> = { "cache-control": "no-store" }
  if (known.code === "unavailable" || known.code === "rate_limited") headers["retry-after"] = RETRY_AFTER
  if (error instanceof LimitReached) Object.assign(headers, describeLimit(error).headers)
  const challenge = error instanceof Locked ? BASIC_CHALLENGE : CHALLENGES[known.code]
  if (challenge) headers["www-authenticate"] = challenge
  const format = wantedFormat(c)
  if (/^\/api(?:\/|$)/.test(c.req.path) || format === "json")
    return c.json(known.toBody(), known.status, headers)
  if (format) return c.text(`${MESSAGES[known.status] ?? known.message}\n`, known.status, headers)
  const asked = known.code === "password_required" ? namedShare(c) : undefined
  if (asked) return c.html(passwordPage(c, asked.shareID, deps), known.status, headers)
  const said = {
    title: TITLES[known.status] ?? "Something went wrong",
    message: MESSAGES[known.status] ?? known.message,
  }
  if (c.get("outside")) return c.html(renderLockedPage(said), known.status, headers)
  const page = renderMessagePage({
    status: known.status,
    ...said,
    abuseUrl: deps.config.abuseUrl,
    shareID: namedShare(c)?.shareID,
    ...(known.code === "invalid_request" && asksForPartOfShare(c) && { instead: wholeOf(c) }),
    assets: assetUrls(deps.assets),
  })
  return c.html(page, known.status, headers)
}

function passwordPage({ req }: Context<ApiEnv>, shareID: string, { assets, config }: ApiDeps): string {
  return renderPasswordPage({
    shareID,
    back: `${req.path}${new URL(req.url).search}`,
    abuseUrl: config.abuseUrl,
    assets: assetUrls(assets),
  })
}

/** A share's page whose query asked for what is not there, as a range of messages that a session does not have. */
function asksForPartOfShare({ req }: Context<ApiEnv>): boolean {
  return /^\/share\/[^/]+$/.test(req.path) && new URL(req.url).search !== ""
}

function wholeOf({ req }: Context<ApiEnv>): { href: string; text: string } {
  return { href: req.path, text: "Show the whole session" }
}

/** A 401 says how it can be met (RFC 9110, 11.6.1); the second scheme is ours, which no browser answers by itself. */
const CHALLENGES: Partial<Record<string, string>> = {
  unauthorized: "Bearer",
  password_required: "Share-Password",
}

/** What a reader is told instead of what a client is. */
const MESSAGES: Partial<Record<number, string>> = {
  404: "There is nothing at this address. Check the link, or ask who sent it.",
}

const TITLES: Partial<Record<number, string>> = {
  400: "This cannot be shown",
  403: "Not allowed",
  401: "This server is locked",
  404: "Nothing here",
  410: "This share is gone",
  422: "This share cannot be shown",
  429: "Too many requests",
  503: "Back in a moment",
}

function toShareError(error: unknown, c: Context<ApiEnv>, { log }: ApiDeps): ShareError {
  if (error instanceof ShareError) return error
  if (error instanceof LimitReached) return describeLimit(error).error
  // Not the storage: who gives up on a server that hangs must not hide why.
  if (c.req.raw.signal.aborted && !(error instanceof StorageError)) {
    log.debug({ err: error, ...idsOf(c) }, "the client went away")
    return new ShareError("invalid_request", "The request broke off.")
  }
  log.error({ err: error, ...idsOf(c) }, "request failed")
  if (error instanceof StorageError && error.retryable) {
    return new ShareError("unavailable", "The storage does not answer at the moment. Please try again.")
  }
  return new ShareError("internal", `Something went wrong here. The request id is ${c.get("requestID")}.`)
}
