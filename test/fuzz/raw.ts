import type { Doing } from "./actions.ts"
import type { WireOptions } from "./wire.ts"

/** What goes over the socket when nobody keeps to HTTP. */
export interface RawBytes extends WireOptions {
  bytes: Buffer
  /** So many answers have to come, each to a good request. */
  answers?: number
}

const GET = (path: string, more = "connection: close\r\n") => `GET ${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`
const POST = (path: string, more: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n${more}\r\n${body}`
const chunked = "transfer-encoding: chunked\r\n"

type Form = (raw: {
  id: string
  text: string
  noise: string
  at: number
}) => string | ({ text: string } & Partial<RawBytes>)

/** Each is a way to break a request, some of them of one that is good elsewhere. */
const FORMS: readonly Form[] = [
  ({ noise }) => noise,
  ({ noise }) => `${noise}\r\n\r\n`,
  ({ id, at }) => ({ text: GET(`/share/${id}`).slice(0, at % 60), half: true }),
  ({ id, at }) => ({ text: GET(`/share/${id}`).slice(0, at % 60), hangUpAfter: 3 }),
  ({ id, at }) => ({
    text: POST(`/api/share/${id}/sync`, "content-length: 1000\r\n", '{"secret":"x","data":[').slice(
      0,
      100 + (at % 80),
    ),
    half: true,
  }),
  ({ id }) => ({
    text: POST(`/api/share/${id}/sync`, "content-length: 1000\r\n", '{"secret":"x",'),
    hangUpAfter: 5,
  }),
  ({ id }) => ({ text: GET(`/share/${id}`), hangUpAfter: 0 }),
  ({ id }) => ({ text: GET(`/share/${id}.json`), hangUpAfter: 2 }),
  ({ id }) => ({
    text: `${GET(`/share/${id}`, "")}${GET("/api/health", "")}${GET(`/api/share/${id}/data`)}`,
    answers: 3,
  }),
  ({ id }) => ({
    text: `${GET("/api/health", "")}${POST(`/api/share/${id}/sync`, "content-length: 2\r\n", "{}").replace("connection: close\r\n", "")}${GET("/robots.txt")}`,
    answers: 3,
  }),
  ({ noise }) => GET("/api/health", "") + noise,
  () => `GET\0/ HTTP/1.1\r\nhost: x\r\n\r\n`,
  () => `GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n`,
  ({ noise }) => `GET /${noise} HTTP/1.1\r\nhost: x\r\n\r\n`,
  ({ noise }) => GET("/", `x-noise: ${noise}\r\nconnection: close\r\n`),
  ({ text }) => GET("/", `x-text: ${text}\r\nconnection: close\r\n`),
  ({ text }) => GET(`/${text}`),
  ({ text }) => GET(`/share/${text}`),
  () => GET("/", `x-long: ${"y".repeat(20_000)}\r\nconnection: close\r\n`),
  () => GET(`/${"z".repeat(20_000)}`),
  () => GET("/", `${"a: b\r\n".repeat(3_000)}connection: close\r\n`),
  () => GET("/", `: no name\r\nconnection: close\r\n`),
  () => GET("/", ` folded: header\r\nconnection: close\r\n`),
  () => "GET / HTTP/1.1\r\nconnection: close\r\n\r\n",
  () => "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\nconnection: close\r\n\r\n",
  ({ text }) => `GET /api/share/x HTTP/1.1\r\nhost: ${text}\r\nconnection: close\r\n\r\n`,
  ({ at }) =>
    `GET /api/health HTTP/1.1\r\nhost: ${["a b", "[::1", "[", "x:99999", "x:", "@", "a@b", "%", "x/y", "?", "#", "é", "*"][at % 13]}\r\nconnection: close\r\n\r\n`,
  () => "GET / HTTP/1.0\r\n\r\n",
  () => ({ text: "GET /\r\n\r\n", half: true }),
  () => "GET / HTTP/9.9\r\nhost: x\r\n\r\n",
  () => "BREW / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
  () => "OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
  () => ({ text: "CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n", half: true }),
  ({ id }) => `GET http://elsewhere.example/share/${id} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  () => ({
    text: GET(
      "/",
      "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13\r\n",
    ),
    half: true,
  }),
  ({ id }) => POST(`/api/share/${id}/sync`, chunked, "zz\r\n{}\r\n0\r\n\r\n"),
  ({ id }) => ({ text: POST(`/api/share/${id}/sync`, chunked, "5\r\n{}"), half: true }),
  ({ id, noise }) => ({
    text: POST(`/api/share/${id}/sync`, chunked, `ffffffffffffffff\r\n${noise}`),
    half: true,
  }),
  ({ id }) => POST(`/api/share/${id}/sync`, `${chunked}content-length: 2\r\n`, "2\r\n{}\r\n0\r\n\r\n"),
  ({ id }) => POST(`/api/share/${id}/sync`, "content-length: 2\r\ncontent-length: 3\r\n", "{}"),
  ({ id }) => ({
    text: POST(`/api/share/${id}/sync`, "expect: 100-continue\r\ncontent-length: 2\r\n", "{}"),
    answers: 2,
  }),
]

export function rawBytes({ form, bytes, at, text }: Doing<"raw">, id: string): RawBytes {
  const noise = Buffer.from(bytes).toString("latin1")
  const made = FORMS[form % FORMS.length]?.({ id, text, noise, at }) ?? ""
  const { text: sent, ...options } = typeof made === "string" ? { text: made } : made
  // Latin-1 keeps every byte of the noise; what is beyond it goes as UTF-8, as a careless client would send it.
  const latin = /^[\0-\u00ff]*$/.test(sent)
  // Who waits without an end would wait for the server's own time limit, which is minutes.
  // Node gives up on those that have ended their side, so who counts on answers must not.
  return {
    half: options.answers === undefined,
    ...options,
    bytes: Buffer.from(sent, latin ? "latin1" : "utf8"),
  }
}
