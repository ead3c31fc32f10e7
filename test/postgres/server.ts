import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { chmod, chown, cp, mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import pg from "pg"
import { runCommand } from "../provision/command.ts"
import { providePostgres } from "../provision/postgres.ts"
import { waitFor } from "../wait.ts"

/** A real PostgreSQL server of the test's own, on loopback and a temp folder. */
export interface PostgresServer {
  /** The address of a new, empty database. */
  createDatabase(): Promise<string>
  /** Path of the certificate that the server shows, for the name `localhost`; nobody vouches for it. */
  readonly certificate: string
  /** Asks the server over a connection of its own. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  start(): Promise<void>
  /** `fast` ends sessions in order, `crash` kills the server, which then recovers at its start. */
  stop(how: "fast" | "crash"): Promise<void>
  /** Stops the server and removes its folder. */
  close(): Promise<void>
}

/** How postgres ends: https://www.postgresql.org/docs/current/server-shutdown.html */
const SIGNALS = { fast: "SIGINT", crash: "SIGKILL" } as const

export async function createPostgresServer({ tls = false } = {}): Promise<PostgresServer> {
  let bin = await providePostgres()
  const user = unprivileged()
  const folder = await mkdtemp(join(tmpdir(), "better-share-postgres-"))
  if (user) await chown(folder, user.uid, user.gid)
  if (user && !bin.startsWith("/usr/")) {
    // What root keeps in its cache, nobody else may run.
    await cp(dirname(bin), join(folder, "programs"), { recursive: true, verbatimSymlinks: true })
    bin = join(folder, "programs", "bin")
  }
  const data = join(folder, "data")
  const certificate = join(folder, "certificate.pem")
  const key = join(folder, "key.pem")
  const port = await freePort()
  const addressOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  let server: ChildProcess | undefined
  let output = ""
  let databases = 0

  function launch(program: string, args: string[]): ChildProcess {
    output = ""
    const child = spawn(join(bin, program), args, {
      ...user,
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      // libpq's variables, and a locale that this machine may lack, are somebody else's.
      env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    return child
  }

  async function query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: addressOf("postgres") })
    client.on("error", () => {})
    await client.connect()
    try {
      return (await client.query(sql, values)).rows
    } finally {
      await client.end()
    }
  }

  async function createCertificate(): Promise<void> {
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    const args = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      certificate,
    ]
    const made = await runCommand("openssl", [...args, ...subject], { timeout: 30_000 })
    if (!made.ok) throw new Error(`The tests of encrypted connections need openssl:\n${made.output}`)
    await chmod(key, 0o600)
    if (user) await chown(key, user.uid, user.gid)
  }

  const cutShort = () => server?.kill("SIGKILL")

  async function start(): Promise<void> {
    const options = {
      port: String(port),
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      // No test cuts the machine's power, and the system keeps what a killed server has written.
      fsync: "off",
      shared_buffers: "16MB",
      ...(tls ? { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key } : {}),
    }
    const args = ["-D", data, ...Object.entries(options).flatMap((option) => ["-c", option.join("=")])]
    process.once("exit", cutShort)
    const look = async () => {
      // While the processes of a killed server are still ending, a new one is refused.
      if (server === undefined || server.exitCode !== null) server = launch("postgres", args)
      await query("select 1")
      return true
    }
    await waitFor("PostgreSQL to take connections", look, { timeout: 30_000, details: () => output })
  }

  async function stop(how: keyof typeof SIGNALS): Promise<void> {
    const stopping = server
    server = undefined
    process.off("exit", cutShort)
    if (!stopping || stopping.exitCode !== null) return
    const exited = once(stopping, "exit")
    stopping.kill(SIGNALS[how])
    await exited
  }

  try {
    const options = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    const [code] = await once(launch("initdb", options), "close")
    if (code !== 0) throw new Error(`initdb failed:\n${output}`)
    if (tls) await createCertificate()
    await start()
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }

  return {
    async createDatabase() {
      const name = `test${++databases}`
      await query(`create database ${name}`)
      return addressOf(name)
    },
    certificate,
    query,
    start,
    stop,
    async close() {
      await stop("fast")
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root: then whom it runs as. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
  const [, , uid, gid] =
    users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody") ?? []
  if (uid === undefined || gid === undefined) {
    throw new Error(
      "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.",
    )
  }
  return { uid: Number(uid), gid: Number(gid) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}
