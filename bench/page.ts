import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createNativeClient } from "../test/native-client.ts"
import { runCommand } from "../test/provision/command.ts"
import { provideProgram } from "../test/provision/program.ts"
import { createServerProcess, freePort } from "../test/server-process.ts"
import { waitFor } from "../test/wait.ts"
import { conversation } from "./conversation.ts"
import { quantile, report } from "./report.ts"

// A finished page from the server's memory, against nginx with the same compressed bytes as a file. The two take
// turns, so that what else the machine does meets both.

const ROUNDS = 11
const SECONDS = 2
const CONNECTIONS = 16
/** Of items; the page that they make is some 300 KB of HTML. */
const CONTENT_BYTES = 245_000

const [nginx, wrk] = [await provideProgram("nginx"), await provideProgram("wrk")]
const server = await createServerProcess()
await server.start()
const client = createNativeClient(server.url)
const { id, secret } = (await client.create("ses_1")).body
await client.sync(id, secret, [...conversation("ses_1", CONTENT_BYTES)])
const page = `${server.url}/share/${id}`
const whole = await get(page, {})
const small = await get(page, { "accept-encoding": "br" })
const tag = String(small.headers.etag)

const file = await serveByNginx(small.body)
const ours: number[] = []
const theirs: number[] = []
const unchanged: number[] = []
for (let round = 0; round < ROUNDS; round++) {
  ours.push(await load(page, { "Accept-Encoding": "br" }))
  theirs.push(await load(file.url, { "Accept-Encoding": "br" }))
  unchanged.push(await load(page, { "Accept-Encoding": "br", "If-None-Match": tag }))
}
const ratios = ours.map((value, i) => value / (theirs[i] ?? Number.NaN))

report(
  `A finished page from memory, against nginx (${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections)`,
  {
    "the page": `${Math.round(whole.body.length / 1000)} KB, as Brotli ${Math.round(small.body.length / 1000)} KB`,
    "requests a second, median": `${Math.round(quantile(ours, 0.5))}`,
    "nginx, one worker": `${Math.round(quantile(theirs, 0.5))}`,
    "ratio, median of the rounds": `${quantile(ratios, 0.5).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
    "304 a second, median": `${Math.round(quantile(unchanged, 0.5))}`,
  },
)
await file.close()
await server.dispose()

/** Requests a second. Throws when an answer is not a good one. */
async function load(url: string, headers: Record<string, string>): Promise<number> {
  const args = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`])
  const settings = ["-t", "1", "-c", String(CONNECTIONS), "-d", `${SECONDS}s`]
  const { ok, output } = await runCommand(wrk, [...settings, ...args, url], { timeout: 60_000 })
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1])
  if (!ok || !(perSecond > 0) || /Non-2xx|Socket errors/.test(output)) throw new Error(output)
  return perSecond
}

function get(url: string, headers: Record<string, string>) {
  return new Promise<{ body: Buffer; headers: Record<string, string | string[] | undefined> }>(
    (resolve, reject) => {
      // Unlike fetch, this leaves the body as it was sent.
      request(url, { headers }, async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve({ body: Buffer.concat(chunks), headers: response.headers })
      })
        .on("error", reject)
        .end()
    },
  )
}

/** One worker that sends these bytes from a file, as a server of static files is usually set up. */
async function serveByNginx(body: Buffer): Promise<{ url: string; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-nginx-"))
  // A worker that was started by root is somebody else.
  await chmod(folder, 0o755)
  const port = await freePort()
  await writeFile(join(folder, "page"), body)
  await writeFile(
    join(folder, "nginx.conf"),
    `worker_processes 1;
daemon off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    default_type "text/html; charset=utf-8";
    add_header content-encoding br;
    add_header cache-control "private, no-cache, no-transform";
  }
}
`,
  )
  const child = spawn(nginx, [
    "-p",
    folder,
    "-c",
    join(folder, "nginx.conf"),
    "-e",
    join(folder, "error.log"),
  ])
  const url = `http://127.0.0.1:${port}/page`
  await waitFor("nginx to answer", async () => (await get(url, {})).body.equals(body))
  return {
    url,
    async close() {
      const ended = once(child, "exit")
      child.kill("SIGTERM")
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
