import * as z from "zod/mini"
import { OPENCODE_ID } from "../protocol/ids.ts"
import { type Item, readItem } from "../protocol/item.ts"
import { formatBytes, LIMITS } from "../protocol/limits.ts"
import type { TextDelta } from "../protocol/passing.ts"
import { type RedactionRule, redactionWish } from "../protocol/redaction-rule.ts"
import { hasMoreValues, nestsDeeper } from "../protocol/weight.ts"
import { fromBase64Url, toBase64Url, toHex } from "./base64url.ts"
import { open, type Purpose, seal } from "./envelope.ts"
import { gunzip, gzip } from "./gzip.ts"
import { type Head, headSchema } from "./head.ts"
import { SealError } from "./seal-error.ts"
import { importKey } from "./share-key.ts"

export { checkManifest, type Head } from "./head.ts"

/** A segment as it is put into the store, and what its commit says of it. */
export interface SealedSegment {
  body: Uint8Array<ArrayBuffer>
  /** Of the body, as is the hash. */
  bytes: number
  /** Lower-case hex. */
  sha256: string
  /** One sealed thing: how many lines are in it is nobody's business but the reader's. */
  items: 1
  /** Uncompressed, line ends included. */
  contentBytes: number
}

/** Seals what a share consists of, and opens it again. All that fails is a {@link SealError}. */
export interface Sealer {
  /** Names the share's key without telling it. Hex. */
  readonly keyID: string
  /** @param lines items as JSON */
  sealSegment(lines: readonly string[]): Promise<SealedSegment>
  /** Throws `wrong_key`, `tampered`, and `format` for items that no share may hold. */
  openSegment(body: Uint8Array): Promise<Item[]>
  /** The same, when its name in the head says which body it must be. */
  openNamedSegment(name: string, body: Uint8Array): Promise<Item[]>
  /** Resolves to base64url. Throws `too_large`. */
  sealHead(head: Head): Promise<string>
  openHead(sealed: string): Promise<Head>
  /** Resolves to base64url. */
  sealDeltas(deltas: readonly TextDelta[]): Promise<string>
  openDeltas(sealed: string): Promise<TextDelta[]>
  /** What an owner took out of the share, for the author's machine alone. Resolves to base64url. Throws `too_large`. */
  sealRule(rule: RedactionRule): Promise<string>
  openRule(sealed: string): Promise<RedactionRule>
}

const id = z.string().check(z.regex(OPENCODE_ID))
const deltasSchema = z.array(
  z.object({
    sessionID: id,
    messageID: id,
    partID: id,
    field: z.literal("text"),
    from: z.int().check(z.gte(0)),
    text: z.string(),
  }),
)

/** @param keyText as `newKeyText` makes it. Throws `wrong_key` when it is no key. */
export async function createSealer(shareID: string, keyText: string): Promise<Sealer> {
  const key = await importKey(shareID, keyText)

  async function sealJson(purpose: Purpose, value: unknown, most: number): Promise<string> {
    const packed = await gzip(encode(JSON.stringify(value)))
    const sealed = toBase64Url(await seal(key, purpose, packed))
    if (sealed.length <= most) return sealed
    throw new SealError(
      "too_large",
      `The ${purpose} comes to ${sealed.length} characters; ${most} are taken.`,
    )
  }

  async function openJson<T extends z.ZodMiniType>(
    purpose: Purpose,
    sealed: string,
    { schema, most }: { schema: T; most: number },
  ): Promise<z.infer<T>> {
    const packed = await open(key, purpose, fromBase64Url(sealed))
    const parsed = schema.safeParse(parse(decode(await gunzip(packed, most))))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw format(`The ${purpose} is not what it should be (${issue?.path.join(".")}: ${issue?.message}).`)
  }

  async function openSegment(body: Uint8Array): Promise<Item[]> {
    const packed = await open(key, "segment", body)
    const text = decode(await gunzip(packed, LIMITS.sealedContentBytes))
    if (!text.endsWith("\n")) throw format("The segment ends within a line.")
    return text.slice(0, -1).split("\n").map(readLine)
  }

  return {
    keyID: toHex(key.id),
    openSegment,

    async openNamedSegment(name, body) {
      const hash = await sha256(new Uint8Array(body))
      if (!name.endsWith(`.${hash}`)) {
        throw new SealError("tampered", `Another body stands under the name ${name}.`)
      }
      return openSegment(body)
    },

    async sealSegment(lines) {
      const content = encode(lines.map((line) => `${line}\n`).join(""))
      if (content.byteLength > LIMITS.sealedContentBytes) {
        const most = formatBytes(LIMITS.sealedContentBytes)
        throw new SealError("too_large", `The segment is larger than one may be uncompressed (${most}).`)
      }
      const body = await seal(key, "segment", await gzip(content))
      const hash = await sha256(body)
      return {
        body,
        bytes: body.byteLength,
        sha256: hash,
        items: 1,
        contentBytes: content.byteLength,
      }
    },

    sealHead: (head) => sealJson("head", head, LIMITS.headChars),
    openHead: (sealed) => openJson("head", sealed, { schema: headSchema, most: UNPACKED_HEAD }),
    sealDeltas: (deltas) => sealJson("deltas", deltas, UNPACKED_DELTAS),
    openDeltas: (sealed) => openJson("deltas", sealed, { schema: deltasSchema, most: UNPACKED_DELTAS }),
    sealRule: (rule) => sealJson("redactions", rule, LIMITS.sealedRuleChars),
    async openRule(sealed) {
      const rule = await openJson("redactions", sealed, { schema: redactionWish, most: UNPACKED_RULE })
      if (rule.id === undefined) throw format("The redaction has no id.")
      return { ...rule, id: rule.id }
    },
  }
}

/** Far above what honest ones come to; it only keeps a bomb from filling the memory. Bytes. */
const UNPACKED_HEAD = 1024 * 1024
const UNPACKED_DELTAS = 1024 * 1024
const UNPACKED_RULE = 128 * 1024

/** The author's program may be hostile, or another one than ours: its items are held to what the server's are. */
function readLine(line: string): Item {
  if (line.length > LIMITS.itemBytes || hasMoreValues(line, LIMITS.itemValues)) {
    throw format("An item is larger than one may be.")
  }
  const value = parse(line)
  if (nestsDeeper(value, LIMITS.jsonDepth)) throw format("An item nests deeper than one may.")
  try {
    return readItem(value)
  } catch (cause) {
    throw format(cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw format("What was sealed is not JSON.", cause)
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text))
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch (cause) {
    throw format("What was sealed is not UTF-8.", cause)
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)))
}

function format(message: string, cause?: unknown): SealError {
  return new SealError("format", message, { cause })
}
