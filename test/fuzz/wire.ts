import { connect } from "node:net"

/** One answer as it came over the socket. */
export interface WireAnswer {
  status: number
  /** Lower-case names; of several of one name the last. */
  headers: Record<string, string>
  body: string
}

export interface WireOptions {
  /** Breaks off so long after the last byte is sent, in milliseconds, and takes what has come. */
  hangUpAfter?: number
  /** Ends the sending side after the last byte. */
  half?: boolean
}

/** An answer that does not come within this is a server that hangs. Milliseconds. */
const PATIENCE = 20_000
const HEAD_END = "\r\n\r\n"

/** Sends bytes as they are, which no HTTP client would, and reads until the server has ended the connection. */
export function sendBytes(url: string, bytes: Uint8Array, options: WireOptions = {}): Promise<WireAnswer[]> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const finish = () => {
      clearTimeout(patience)
      socket.destroy()
      resolve(readAnswers(Buffer.concat(chunks)))
    }
    const patience = setTimeout(() => {
      socket.destroy()
      reject(
        new Error(
          `no end of the answer after ${PATIENCE} ms: ${Buffer.concat(chunks).toString("latin1").slice(0, 300)}`,
        ),
      )
    }, PATIENCE)
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      // A stream of events goes on for ever.
      if (/\r\ncontent-type: text\/event-stream/i.test(chunk.toString("latin1"))) finish()
    })
    socket.on("end", finish)
    // A server may refuse what is still being sent.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNREFUSED") return finish()
      clearTimeout(patience)
      reject(error)
    })
    socket.write(bytes, () => {
      if (options.half) socket.end()
      if (options.hangUpAfter !== undefined) setTimeout(finish, options.hangUpAfter)
    })
  })
}

/** What cannot be read to its end is left out: whoever hangs up early has half an answer. */
function readAnswers(bytes: Buffer): WireAnswer[] {
  const answers: WireAnswer[] = []
  let rest = bytes
  while (rest.length > 0) {
    const at = rest.indexOf(HEAD_END)
    if (at < 0) return answers
    const [line = "", ...lines] = rest.subarray(0, at).toString("latin1").split("\r\n")
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? 0)
    const headers = Object.fromEntries(
      lines.map((each) => [
        each.slice(0, each.indexOf(":")).toLowerCase(),
        each.slice(each.indexOf(":") + 1).trim(),
      ]),
    )
    const [body, after] = readBody(rest.subarray(at + HEAD_END.length), headers, status)
    answers.push({ status, headers, body: body.toString() })
    rest = after
  }
  return answers
}

function readBody(
  bytes: Buffer,
  headers: Record<string, string>,
  status: number,
): [body: Buffer, rest: Buffer] {
  const none = Buffer.alloc(0)
  if (status < 200 || status === 204 || status === 304) return [none, bytes]
  if (headers["transfer-encoding"] === "chunked") return readChunks(bytes)
  const length = Number(headers["content-length"] ?? Number.NaN)
  // An answer to HEAD says a length and has none; another answer may follow it at once.
  if (bytes.subarray(0, 9).toString("latin1") === "HTTP/1.1 ") return [none, bytes]
  return Number.isNaN(length) ? [bytes, none] : [bytes.subarray(0, length), bytes.subarray(length)]
}

function readChunks(bytes: Buffer): [body: Buffer, rest: Buffer] {
  const chunks: Buffer[] = []
  let rest = bytes
  for (;;) {
    const at = rest.indexOf("\r\n")
    if (at < 0) return [Buffer.concat(chunks), Buffer.alloc(0)]
    const size = Number.parseInt(rest.subarray(0, at).toString("latin1"), 16)
    if (!(size > 0)) return [Buffer.concat(chunks), rest.subarray(at + 4)]
    chunks.push(rest.subarray(at + 2, at + 2 + size))
    rest = rest.subarray(at + 4 + size)
  }
}

export interface WireRequest {
  method: string
  path: string
  headers: readonly (readonly [name: string, value: string])[]
  body: Uint8Array | undefined
  /** In chunks of this many bytes, instead of a declared length. */
  chunked?: number | undefined
}

/** A request as bytes: whatever stands in its fields, and the line ends that make it one. */
export function writeRequest({ method, path, headers, body, chunked }: WireRequest): Buffer {
  const length: [string, string][] =
    body === undefined
      ? []
      : chunked
        ? [["transfer-encoding", "chunked"]]
        : [["content-length", String(body.byteLength)]]
  const lines = [["host", "127.0.0.1"], ["connection", "close"], ...length, ...headers].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const head = Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`)
  return Buffer.concat([head, ...(body === undefined ? [] : chunked ? writeChunks(body, chunked) : [body])])
}

function writeChunks(body: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < body.byteLength; at += size) {
    const chunk = body.subarray(at, at + size)
    chunks.push(Buffer.from(`${chunk.byteLength.toString(16)}\r\n`), chunk, Buffer.from("\r\n"))
  }
  return [...chunks, Buffer.from("0\r\n\r\n")]
}
