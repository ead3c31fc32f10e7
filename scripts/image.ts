// `npm run image-check`, as root on Debian: builds the Dockerfile for real, with buildah and without a registry, weighs
// the image and runs it on a read-only root as the user that it names.
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../build/build.mjs"
import { provideProgram } from "../test/provision/program.ts"
import { makeBases } from "./image-bases.ts"
import { tryOut } from "./image-run.ts"
import { runOrThrow } from "./run-or-throw.ts"

/** The limit of the whole image, unpacked. */
const MAX_BYTES = 200e6

const inMB = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

async function sizeOf(tree: string): Promise<number> {
  return Number.parseInt(await runOrThrow("du", ["--summarize", "--bytes", "--one-file-system", tree]), 10)
}

const folder = await mkdtemp(join(tmpdir(), "better-share-image-"))
const store = ["--storage-driver", "vfs", "--root", join(folder, "store"), "--runroot", join(folder, "run")]
const buildah = async (...args: string[]) => (await runOrThrow("buildah", [...store, ...args])).trim()

try {
  for (const name of ["buildah", "debootstrap"]) await provideProgram(name)
  const bases = await makeBases(folder, buildah)
  const args = Object.entries(bases).flatMap(([name, image]) => ["--build-arg", `${name}=${image}`])
  // Docker's format, as that of OCI has no health checks.
  await buildah("bud", "--isolation", "chroot", "--format", "docker", ...args, "--tag", "better-share", root)
  const tree = await buildah("mount", await buildah("from", "better-share"))
  const image = JSON.parse(await buildah("inspect", "--type", "image", "better-share"))
  const size = await sizeOf(tree)
  console.log(`The image comes to ${inMB(size)}, ${inMB(await sizeOf(join(tree, "app")))} of it ours.`)
  await tryOut(tree, image.Docker.config)
  if (size > MAX_BYTES) throw new Error(`The image is larger than ${inMB(MAX_BYTES)}.`)
} finally {
  await rm(folder, { recursive: true, force: true })
}
