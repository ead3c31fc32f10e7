import { Tokenizer, TokenParser, TokenType } from "@streamparser/json"
import { ShareError } from "./errors.ts"
import { type Item, readItem } from "./item.ts"
import { formatBytes, LIMITS } from "./limits.ts"

export interface SyncBody {
  secret: string
  /** Batches of items as they arrive. Throws what is wrong with the rest of the body. */
  items: AsyncIterable<Item[]>
}

/**
 * Reads `{secret, data: Item[]}` as a stream: resolves when the secret is known, and never holds more than what has
 * arrived since the last batch was taken. A secret behind the data is accepted while that data is small.
 */
export async function readSyncBody(body: AsyncIterable<Uint8Array>): Promise<SyncBody> {
  const state = createParser()
  const chunks = body[Symbol.asyncIterator]()
  let ended = false

  let chunk: Uint8Array = new Uint8Array()

  /** Parses the next few items. What is parsed but not taken yet would outlive the young garbage. */
  async function pull(): Promise<void> {
    while (chunk.byteLength === 0 && !ended) {
      const next = await chunks.next()
      ended = next.done === true
      if (next.done) state.end()
      else chunk = next.value
    }
    state.write(chunk.subarray(0, SLICE))
    chunk = chunk.subarray(SLICE)
  }

  while (state.secret === undefined && !ended) {
    await pull()
    if (state.secret === undefined && state.bytes > LIMITS.bytesBeforeSecret) {
      throw invalid("secret must stand before data in a body of this size.")
    }
  }
  const { secret } = state
  if (typeof secret !== "string" || secret === "") throw invalid("secret is missing.")

  async function* items(): AsyncIterable<Item[]> {
    for (;;) {
      const batch = state.take()
      if (batch.length > 0) yield batch
      if (ended) break
      await pull()
    }
    if (!state.sawData) throw invalid("data is missing: it must be an array of items.")
  }
  return { secret, items: items() }
}

/** Bytes parsed at a time. */
const SLICE = 8 * 1024

const OPENERS: ReadonlySet<TokenType> = new Set([TokenType.LEFT_BRACE, TokenType.LEFT_BRACKET])
const CLOSERS: ReadonlySet<TokenType> = new Set([TokenType.RIGHT_BRACE, TokenType.RIGHT_BRACKET])

/** The tokenizer's events become items one by one; depth and size are checked before anything is built of them. */
function createParser() {
  const utf8 = new TextDecoder("utf-8", { fatal: true })
  const tokenizer = new Tokenizer()
  // Without keepStack an item is let go of once it has been handed out.
  const tokens = new TokenParser({ paths: ["$.secret", "$.data.*"], keepStack: false })
  const state = { secret: undefined as unknown, sawData: false, bytes: 0, take, write, end }
  let ready: Item[] = []
  let count = 0
  let depth = 0
  /** Bytes before the item that is being read. */
  let itemStart = 0
  let lastString: unknown
  let topKey: unknown

  tokenizer.onToken = (token) => {
    const kind = token.token
    if (depth === 1 && topKey === "data") takeData(kind)
    if (depth === 1) {
      topKey = kind === TokenType.COLON ? lastString : undefined
      lastString = kind === TokenType.STRING ? token.value : undefined
    }
    if (depth === 0 && kind !== TokenType.LEFT_BRACE) throw invalid("The body must be an object.")
    if (OPENERS.has(kind)) depth++
    if (CLOSERS.has(kind)) depth--
    if (depth > LIMITS.jsonDepth) throw invalid(`The body is nested deeper than ${LIMITS.jsonDepth} levels.`)
    tokens.write(token)
  }
  tokens.onValue = ({ key, value, stack }) => {
    if (stack.length === 1) {
      state.secret = key === "secret" ? value : state.secret
      return
    }
    ready.push(readItem(value, `data[${count++}]`))
    itemStart = state.bytes
  }

  function takeData(kind: TokenType): void {
    if (kind !== TokenType.LEFT_BRACKET) throw invalid("data must be an array of items.")
    if (state.sawData) throw invalid("data stands in the body twice.")
    state.sawData = true
  }

  function take(): Item[] {
    const batch = ready
    ready = []
    return batch
  }

  function write(chunk: Uint8Array): void {
    if (chunk.byteLength === 0) return
    state.bytes += chunk.byteLength
    if (state.bytes - itemStart > LIMITS.itemBytes) {
      throw new ShareError(
        "too_large",
        `data[${count}] is larger than an item may be (${formatBytes(LIMITS.itemBytes)}).`,
      )
    }
    guarded(() => {
      // The tokenizer would put replacement characters where bytes are not UTF-8, and so change what it was sent.
      utf8.decode(chunk, { stream: true })
      tokenizer.write(chunk)
    })
  }

  function end(): void {
    guarded(() => {
      utf8.decode()
      if (!tokenizer.isEnded) tokenizer.end()
      if (!tokens.isEnded) throw new Error("unexpected end")
    })
  }

  return state
}

function invalid(message: string): ShareError {
  return new ShareError("invalid_request", message)
}

function guarded(work: () => void): void {
  try {
    work()
  } catch (error) {
    if (error instanceof ShareError) throw error
    throw new ShareError("invalid_json", "The body is not JSON, or ends too early.", { cause: error })
  }
}
