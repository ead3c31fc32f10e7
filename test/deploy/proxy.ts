import { spawn } from "node:child_process"
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../../build/build.mjs"
import { provideProgram } from "../provision/program.ts"
import { freePort } from "../server-process.ts"
import { waitFor } from "../wait.ts"
import { type Certificate, makeCertificate } from "./certificate.ts"

/** The name that the files of deploy/ have for ours to be replaced. */
export const NAME = "share.example.com"
export const STORAGE_NAME = "storage.example.com"

/** A real proxy, with the file of deploy/ but for ports, certificate and places. */
export interface RunningProxy {
  port: number
  httpPort: number
  pem: string
  /** Everything that it has logged so far. */
  logs(): Promise<string>
  dispose(): Promise<void>
}

export interface Place {
  folder: string
  /** Port of the server behind. */
  upstream: number
  port: number
  httpPort: number
  certificate: Certificate
}

export interface Kind {
  program: string
  /** Path of the file in deploy/, and what takes the place of what in it. */
  file: string
  changes(place: Place): [from: string | RegExp, to: string][]
  /** Writes what else it needs; what it is started with. */
  start(place: Place, text: string): Promise<{ args: string[]; env?: Record<string, string> }>
}

const NGINX: Kind = {
  program: "nginx",
  file: "deploy/nginx/better-share.conf",
  changes: ({ folder, upstream, port, httpPort, certificate: { cert, key } }) => [
    ["server 127.0.0.1:3000;", `server 127.0.0.1:${upstream};`],
    ["listen 80;", `listen 127.0.0.1:${httpPort};`],
    ["listen [::]:80;", ""],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
    ["listen [::]:443 ssl http2;", ""],
    [/ssl_certificate \S+;/, `ssl_certificate ${cert};`],
    [/ssl_certificate_key \S+;/, `ssl_certificate_key ${key};`],
    [/access_log \/\S+/, `access_log ${join(folder, "access.log")}`],
    [/error_log \/\S+/, `error_log ${join(folder, "error.log")}`],
  ],
  async start({ folder }, text) {
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    const conf = join(folder, "nginx.conf")
    await writeFile(
      conf,
      [
        ...["daemon off;", `pid ${folder}/pid;`, "events {}", "http {"],
        ...paths.map((name) => `${name}_temp_path ${folder}/${name};`),
        // As Debian has it.
        ...["gzip on;", text, "}"],
      ].join("\n"),
    )
    return { args: ["-e", "stderr", "-c", conf] }
  },
}

/** Where a server that is away is not waited for. */
export const SHORT_TRY = "lb_try_duration 5s"

export const CADDY: Kind = {
  program: "caddy",
  file: "deploy/caddy/Caddyfile",
  changes: ({ port, httpPort, certificate: { cert, key } }) => [
    [/^\{\n/m, `{\nadmin off\nhttp_port ${httpPort}\nhttps_port ${port}\n`],
    [SHORT_TRY, "lb_try_duration 100ms"],
    [/\n\treverse_proxy /, `\n\ttls ${cert} ${key}\n\treverse_proxy `],
  ],
  async start({ folder, upstream }, text) {
    const config = join(folder, "Caddyfile")
    await writeFile(config, text)
    return {
      args: ["run", "--config", config],
      env: { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder, SHARE_NODES: `127.0.0.1:${upstream}` },
    }
  },
}

export const PROXIES = { nginx: NGINX, caddy: CADDY }

export async function startProxy(
  { program, file, changes, start }: Kind,
  { upstream }: Pick<Place, "upstream">,
): Promise<RunningProxy> {
  const path = await provideProgram(program)
  const folder = await mkdtemp(join(tmpdir(), `better-share-${program}-`))
  // nginx gives its rights away.
  await chmod(folder, 0o777)
  const certificate = await makeCertificate(folder, [NAME, STORAGE_NAME])
  const place = { folder, upstream, port: await freePort(), httpPort: await freePort(), certificate }
  let text = await readFile(join(root, file), "utf8")
  for (const [from, to] of changes(place)) {
    const changed = text.replace(from, () => to)
    if (changed === text) throw new Error(`${file} has no ${from}`)
    text = changed
  }
  const { args, env } = await start(place, text)
  const child = spawn(path, args, { env: { PATH: process.env.PATH, HOME: folder, ...env } })
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk
    })
  }
  const { port, httpPort } = place
  async function dispose(): Promise<void> {
    child.kill("SIGTERM")
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await waitFor(`${program} to listen`, () => listens(port), { details: () => output })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    port,
    httpPort,
    pem: certificate.pem,
    async logs() {
      const files = (await readdir(folder)).filter((name) => name.endsWith(".log"))
      const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")))
      return [output, ...texts].join("\n")
    },
    dispose,
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })
}
