import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { closeSync, openSync } from "node:fs"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AwsClient } from "aws4fetch"
import { findOnPath, lastLines, runCommand } from "../provision/command.ts"
import { waitFor } from "../wait.ts"
import { cephConfig } from "./ceph-config.ts"
import type { S3Server } from "./s3-server.ts"

const BUCKET = "test-bucket"
const CREDENTIALS = { accessKeyID: "AKCEPH", secretAccessKey: "ceph/Secret+Key" }

/**
 * The smallest Ceph that speaks S3, on loopback and in a temp folder: a monitor, a storage daemon that keeps all in
 * memory, and the RADOS Gateway. Takes some 15 seconds and 250 MB.
 */
export async function startCeph(): Promise<S3Server> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-ceph-"))
  const daemons: Daemon[] = []
  const close = async (): Promise<void> => {
    await Promise.all(daemons.map((daemon) => daemon.kill()))
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    const [monPort, oldMonPort, port] = await freePorts(3)
    const endpoint = `http://127.0.0.1:${port}`
    const fsid = randomUUID()
    const monAddress = `[v2:127.0.0.1:${monPort},v1:127.0.0.1:${oldMonPort}]`
    const config = join(folder, "ceph.conf")
    await Promise.all(["mon", "osd", "run"].map((name) => mkdir(join(folder, name))))
    await writeFile(config, cephConfig({ folder, fsid, monAddress, port: port ?? 0 }))

    const run = (command: string, ...args: string[]) => runTool(command, ["-c", config, ...args])
    const start = (command: string, ...args: string[]): void => {
      daemons.push(startDaemon(command, ["-c", config, "-f", ...args], join(folder, `${command}.out`)))
    }
    await makeKeys(folder)
    await runTool("monmaptool", [
      "--create",
      "--fsid",
      fsid,
      "--addv",
      "a",
      monAddress,
      join(folder, "monmap"),
    ])
    await run(
      "ceph-mon",
      "--mkfs",
      "-i",
      "a",
      "--monmap",
      join(folder, "monmap"),
      "--keyring",
      join(folder, "keyring"),
    )
    start("ceph-mon", "-i", "a")

    const details = () => daemons.map(({ name, state }) => `${name}: ${state()}`).join(", ")
    const osdID = randomUUID()
    // The first answer of a monitor that has just been made comes when it has elected itself.
    await waitFor("Ceph's monitor", () => run("ceph", "--connect-timeout", "5", "osd", "new", osdID, "0"), {
      timeout: 60_000,
      details,
    })
    await run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osdID)
    await run("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h")
    start("ceph-osd", "-i", "0")
    await waitFor("Ceph's storage daemon", async () => /\b1 up\b/.test(await run("ceph", "osd", "stat")), {
      timeout: 60_000,
      details,
    })
    start("radosgw", "-n", "client.rgw")
    await waitFor("Ceph's gateway", async () => (await fetch(endpoint)).status < 500, {
      timeout: 90_000,
      details,
    })
    const { accessKeyID, secretAccessKey } = CREDENTIALS
    const user = [
      "--uid",
      "test",
      "--display-name",
      "test",
      "--access-key",
      accessKeyID,
      "--secret-key",
      secretAccessKey,
    ]
    await run("radosgw-admin", "-n", "client.rgw", "user", "create", ...user)
    await makeBucket(endpoint)
    return { endpoint, region: "us-east-1", bucket: BUCKET, ...CREDENTIALS, close }
  } catch (error) {
    const logs = await Promise.all(
      daemons.map(({ name }) => readFile(join(folder, `${name}.out`), "utf8").catch(() => "")),
    )
    await close()
    throw new Error(`Ceph did not start: ${String(error)}\n${lastLines(logs.join("\n"))}`, { cause: error })
  }
}

async function makeKeys(folder: string): Promise<void> {
  const keyring = join(folder, "keyring")
  const keys: [name: string, ...caps: string[]][] = [
    ["mon.", "mon", "allow *"],
    ["client.admin", "mon", "allow *", "osd", "allow *", "mgr", "allow *"],
    ["client.rgw", "mon", "allow *", "osd", "allow *", "mgr", "allow *"],
    ["osd.0", "mon", "allow profile osd", "osd", "allow *", "mgr", "allow profile osd"],
  ]
  for (const [i, [name, ...caps]] of keys.entries()) {
    const pairs = caps.flatMap((cap, at) => (at % 2 === 0 ? ["--cap", cap, caps[at + 1] ?? ""] : []))
    const create = i === 0 ? ["--create-keyring"] : []
    await runTool("ceph-authtool", [...create, keyring, "--gen-key", "-n", name, ...pairs])
  }
}

async function makeBucket(endpoint: string): Promise<void> {
  const { accessKeyID: accessKeyId, secretAccessKey } = CREDENTIALS
  const client = new AwsClient({
    accessKeyId,
    secretAccessKey,
    service: "s3",
    region: "us-east-1",
    retries: 3,
  })
  const response = await client.fetch(`${endpoint}/${BUCKET}`, { method: "PUT" })
  if (!response.ok) throw new Error(`the bucket was refused: ${response.status} ${await response.text()}`)
}

/** Throws what it said when it fails. */
async function runTool(command: string, args: string[]): Promise<string> {
  const { ok, output } = await runCommand(command, args, { timeout: 60_000 })
  if (!ok) throw new Error(`${command} failed: ${lastLines(output, 5)}`)
  return output
}

interface Daemon {
  name: string
  state(): string
  kill(): Promise<void>
}

/** Started so that it ends with this process, however that ends (prctl(2), PR_SET_PDEATHSIG). */
function startDaemon(name: string, args: string[], log: string): Daemon {
  const out = openSync(log, "w")
  const bound = findOnPath("setpriv") ? ["setpriv", "--pdeathsig", "KILL"] : []
  const [command = name, ...rest] = [...bound, name, ...args]
  const child: ChildProcess = spawn(command, rest, { stdio: ["ignore", out, out] })
  closeSync(out)
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve())
    child.once("error", () => resolve())
  })
  const killNow = () => void child.kill("SIGKILL")
  process.once("exit", killNow)
  return {
    name,
    state: () => (child.exitCode === null && child.signalCode === null ? "runs" : "has ended"),
    async kill() {
      process.off("exit", killNow)
      // Everything is in memory or in the temp folder: nothing has to be brought to an end.
      killNow()
      await ended
    },
  }
}

/** Held all at once, so that they differ; another process may still take one before its daemon does. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject)
          server.listen(0, "127.0.0.1", () => {
            const address = server.address()
            resolve(typeof address === "object" && address ? address.port : 0)
          })
        }),
    ),
  )
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
