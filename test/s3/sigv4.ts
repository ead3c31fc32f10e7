import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import { Refusal } from "./refusal.ts"

/**
 * Signature Version 4, the server's side, written from the specification and from nothing that signs:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and …/sigv4-query-string-auth.html
 */
export interface SignedRequest {
  method: string
  /** As it came, percent-encoded: path and query. */
  path: string
  query: string
  headers: IncomingHttpHeaders
}

export interface Credentials {
  accessKeyID: string
  secretAccessKey: string
  region: string
}

export const UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

const MAX_SKEW_MS = 15 * 60_000
const MAX_EXPIRES_S = 7 * 24 * 3600

/** What a request claims, wherever it says so. */
interface Claim {
  accessKeyID: string
  /** `20260131/us-east-1/s3/aws4_request` */
  scope: string
  /** `20260131T235959Z` */
  date: string
  signedHeaders: string[]
  signature: string
  payloadHash: string
  canonicalQuery: string
}

/** Throws a Refusal, or answers the SHA-256 that the body must have (`UNSIGNED-PAYLOAD`: any). */
export function verifySignature(request: SignedRequest, credentials: Credentials, now: number): string {
  const parameters = parseQuery(request.query)
  const presigned = parameters.some(([name]) => name === "X-Amz-Algorithm" || name === "X-Amz-Signature")
  const claim = presigned ? claimOfQuery(request, parameters, now) : claimOfHeader(request, parameters, now)

  const [day, region, service, end] = claim.scope.split("/")
  if (day !== claim.date.slice(0, 8) || service !== "s3" || end !== "aws4_request") {
    throw malformed(presigned, "The credential's scope is not date/region/s3/aws4_request of this request.")
  }
  if (region !== credentials.region) {
    throw malformed(presigned, `The region '${region}' is wrong; expecting '${credentials.region}'.`)
  }
  if (claim.accessKeyID !== credentials.accessKeyID) throw new Refusal(403, "InvalidAccessKeyId")
  checkSignedHeaders(request, claim.signedHeaders)

  const expected = sign(canonicalRequest(request, claim), claim, credentials.secretAccessKey)
  if (!equal(expected, claim.signature)) throw new Refusal(403, "SignatureDoesNotMatch")
  return claim.payloadHash
}

function claimOfHeader({ headers }: SignedRequest, parameters: Parameters, now: number): Claim {
  const { authorization } = headers
  if (authorization === undefined) throw new Refusal(403, "AccessDenied", "Anonymous access is forbidden.")
  const [, credential, signed, signature] =
    /^AWS4-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? []
  if (!credential || !signed || !signature) throw malformed(false, "The authorization header is malformed.")
  const payloadHash = one(headers["x-amz-content-sha256"])
  if (!payloadHash) throw new Refusal(400, "MissingSecurityHeader", "x-amz-content-sha256 is missing.")
  const date = one(headers["x-amz-date"]) ?? ""
  if (Math.abs(timeOf(date, false) - now) > MAX_SKEW_MS) throw new Refusal(403, "RequestTimeTooSkewed")
  return {
    ...splitCredential(credential, false),
    date,
    signedHeaders: signed.split(";"),
    signature,
    payloadHash: checkPayloadHash(payloadHash),
    canonicalQuery: canonicalQuery(parameters),
  }
}

function claimOfQuery({ headers }: SignedRequest, parameters: Parameters, now: number): Claim {
  const get = (name: string): string => {
    const values = parameters.filter(([known]) => known === name)
    const [only] = values
    if (!only || values.length > 1) throw malformed(true, `${name} must be there once.`)
    return only[1]
  }
  if (get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256") throw malformed(true, "X-Amz-Algorithm is unknown.")
  if (headers.authorization !== undefined)
    throw new Refusal(400, "InvalidArgument", "Only one auth mechanism allowed.")
  const date = get("X-Amz-Date")
  const signature = get("X-Amz-Signature")
  const expires = Number(get("X-Amz-Expires"))
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES_S) {
    throw malformed(true, `X-Amz-Expires must be from 1 to ${MAX_EXPIRES_S} seconds.`)
  }
  const from = timeOf(date, true)
  if (from - now > MAX_SKEW_MS) throw new Refusal(403, "AccessDenied", "Request is not valid yet")
  if (now >= from + expires * 1000) throw new Refusal(403, "AccessDenied", "Request has expired")
  return {
    ...splitCredential(get("X-Amz-Credential"), true),
    date,
    signedHeaders: get("X-Amz-SignedHeaders").split(";"),
    signature,
    payloadHash: checkPayloadHash(one(headers["x-amz-content-sha256"]) ?? UNSIGNED_PAYLOAD),
    canonicalQuery: canonicalQuery(parameters.filter(([name]) => name !== "X-Amz-Signature")),
  }
}

/** "You must include the host header … and any x-amz-* headers": a header that decides must be signed. */
function checkSignedHeaders({ headers }: SignedRequest, signed: readonly string[]): void {
  if (!signed.includes("host")) throw new Refusal(403, "AccessDenied", "The host header must be signed.")
  if (signed.join() !== [...signed].sort().join()) throw new Refusal(403, "SignatureDoesNotMatch")
  const unsigned = Object.keys(headers).filter((name) => name.startsWith("x-amz-") && !signed.includes(name))
  if (unsigned.length > 0) {
    throw new Refusal(403, "AccessDenied", `There were headers present which were not signed: ${unsigned}`)
  }
}

function canonicalRequest({ method, path, headers }: SignedRequest, claim: Claim): string {
  const canonicalHeaders = claim.signedHeaders.map((name) => {
    const value = [headers[name] ?? ""].flat().join(",")
    return `${name}:${value.trim().replace(/ +/g, " ")}\n`
  })
  return [
    method,
    path
      .split("/")
      .map((segment) => uriEncode(decodeURIComponent(segment)))
      .join("/"),
    claim.canonicalQuery,
    canonicalHeaders.join(""),
    claim.signedHeaders.join(";"),
    claim.payloadHash,
  ].join("\n")
}

function sign(canonical: string, { date, scope }: Claim, secretAccessKey: string): string {
  const hash = createHash("sha256").update(canonical).digest("hex")
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`)
  return hmac(key, ["AWS4-HMAC-SHA256", date, scope, hash].join("\n")).toString("hex")
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest()
}

type Parameters = [name: string, value: string][]

export function parseQuery(query: string): Parameters {
  const parts = query === "" ? [] : query.split("&")
  return parts.map((part) => {
    const at = part.includes("=") ? part.indexOf("=") : part.length
    return [formDecode(part.slice(0, at)), formDecode(part.slice(at + 1))]
  })
}

/** Sorted by encoded name, then value; a name without `=` counts as empty. */
function canonicalQuery(parameters: Parameters): string {
  const pairs = parameters.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
  const nameOf = (pair: string): string => pair.slice(0, pair.indexOf("="))
  return pairs.sort((a, b) => compare(nameOf(a), nameOf(b)) || compare(a, b)).join("&")
}

/** All but `A-Z a-z 0-9 - . _ ~`, byte by byte, in upper-case hex. */
function uriEncode(text: string): string {
  const bytes = [...Buffer.from(text, "utf8")]
  const encode = (byte: number) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  return bytes
    .map((byte) =>
      /[A-Za-z0-9\-._~]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : encode(byte),
    )
    .join("")
}

function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function splitCredential(credential: string, presigned: boolean): Pick<Claim, "accessKeyID" | "scope"> {
  const [accessKeyID, ...scope] = credential.split("/")
  if (!accessKeyID || scope.length !== 4) throw malformed(presigned, "The credential is malformed.")
  return { accessKeyID, scope: scope.join("/") }
}

function timeOf(date: string, presigned: boolean): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  if (!match) throw malformed(presigned, "X-Amz-Date must be in the form 20060102T150405Z.")
  const [year = 0, month = 0, day, hour, minute, second] = match.slice(1).map(Number)
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function checkPayloadHash(hash: string): string {
  if (hash.startsWith("STREAMING-"))
    throw new Refusal(501, "NotImplemented", "Chunked signatures are not here.")
  if (hash !== UNSIGNED_PAYLOAD && !/^[0-9a-f]{64}$/.test(hash)) {
    throw new Refusal(400, "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256.")
  }
  return hash
}

function malformed(presigned: boolean, message: string): Refusal {
  const code = presigned ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed"
  return new Refusal(400, code, message)
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(",") : value
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
