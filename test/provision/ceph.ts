import { existsSync } from "node:fs"
import { startCeph } from "../s3/ceph.ts"
import type { S3Server } from "../s3/s3-server.ts"
import { findOnPath, lastLines, runCommand } from "./command.ts"

/** What the recipe of s3/ceph.ts runs, and the Debian packages that bring it. */
const PROGRAMS = ["radosgw", "radosgw-admin", "ceph-osd", "ceph-mon", "ceph", "monmaptool", "ceph-authtool"]
const PACKAGES = ["radosgw", "ceph-osd", "ceph-mon", "ceph-common"]

const ADVICE = `Install ${PACKAGES.join(", ")} (no service of theirs has to run), or set S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID, S3_TEST_SECRET_ACCESS_KEY and S3_TEST_BUCKET to another S3 server.`

/** Downloading and starting, on a slow line. Milliseconds. */
export const S3_PATIENCE_MS = 600_000

/**
 * A real S3 server, the referee of everything that speaks S3: the one that S3_TEST_… name, else a Ceph RADOS Gateway
 * of our own, installed when it can be. Throws one sentence that says what to install.
 */
export async function provideS3(env: NodeJS.ProcessEnv = process.env): Promise<S3Server> {
  return chosenServer(env) ?? (await provideCeph())
}

function chosenServer(env: NodeJS.ProcessEnv): S3Server | undefined {
  const { S3_TEST_ENDPOINT: endpoint, S3_TEST_BUCKET: bucket, S3_TEST_REGION: region = "us-east-1" } = env
  const { S3_TEST_ACCESS_KEY_ID: accessKeyID, S3_TEST_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (endpoint === undefined) return undefined
  if (!bucket || !accessKeyID || !secretAccessKey) throw new Error(`S3_TEST_ENDPOINT is set alone. ${ADVICE}`)
  return { endpoint, region, bucket, accessKeyID, secretAccessKey, close: async () => {} }
}

async function provideCeph(): Promise<S3Server> {
  await installCeph()
  return startCeph()
}

/** Throws one sentence that says what to do. */
export async function installCeph(): Promise<void> {
  if (missing().length === 0 || process.env.S3_TEST_ENDPOINT !== undefined) return
  const log = await install()
  if (missing().length === 0) return
  throw new Error(`The S3 tests need Ceph's ${missing().join(", ")}. ${ADVICE}\n${lastLines(log)}`)
}

function missing(): string[] {
  return PROGRAMS.filter((name) => findOnPath(name) === undefined)
}

/** Returns what the installer said, whether it succeeded or not. */
async function install(): Promise<string> {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return ""
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const update = await runCommand("apt-get", ["update"], { timeout: 120_000, env })
  const args = ["install", "-y", "--no-install-recommends", ...PACKAGES]
  const result = await runCommand("apt-get", args, { timeout: 400_000, env })
  return update.output + result.output
}
