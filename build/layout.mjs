// Lays out what runs, and nothing else: `npm run layout -- <folder>`. The image is made of it (Dockerfile), and the
// folder can be copied to any machine of the same kind that has Node (docs/deploy/systemd.md).
import { existsSync } from "node:fs"
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { buildAll, root, UNBUNDLED } from "./build.mjs"

/** What is started there, as `node better-share.mjs serve`: everything in deploy/ names this file, and only it names the build's. */
export const PROGRAM = "better-share.mjs"

const START = `#!/usr/bin/env node
import "./dist/better-share.mjs"
`

const readManifest = async (folder) => JSON.parse(await readFile(join(folder, "package.json"), "utf8"))

/** Fills `folder`, which is new or one that an earlier layout has filled, and is replaced. */
export async function layOut(folder) {
  const { name, version, license, engines } = await readManifest(root)
  for (const old of ["dist", "node_modules"]) await rm(join(folder, old), { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await buildAll(join(folder, "dist"))
  // Half of it all, and nothing reads them.
  const built = await readdir(join(folder, "dist"))
  for (const name of built) if (name.endsWith(".map")) await rm(join(folder, "dist", name))
  for (const { path, from } of await installedFor(UNBUNDLED)) {
    await cp(from, join(folder, path), { recursive: true, dereference: true })
  }
  await cp(join(root, "LICENSE"), join(folder, "LICENSE"))
  await writeFile(join(folder, PROGRAM), START)
  await chmod(join(folder, PROGRAM), 0o755)
  const manifest = { name, version, private: true, license, type: "module", engines, bin: PROGRAM }
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** The packages, and what they need in turn, as far as it is installed and is for this system. */
async function installedFor(names) {
  const found = new Map()
  const waiting = [...names]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const path = `node_modules/${name}`
    const from = join(root, path)
    if (found.has(path) || !existsSync(from)) continue
    const { neon, dependencies = {}, optionalDependencies = {} } = await readManifest(from)
    if (isForeign(neon)) continue
    found.set(path, { path, from })
    waiting.push(...Object.keys(dependencies), ...Object.keys(optionalDependencies))
  }
  const missing = names.filter((name) => !found.has(`node_modules/${name}`))
  if (missing.length > 0) throw new Error(`Not installed: ${missing.join(", ")}. Run npm ci first.`)
  return found.values()
}

/** npm installs libsql's binaries for both C libraries of Linux, each 10 MB, of which a system loads one. */
function isForeign(neon) {
  if (neon?.platform !== "linux") return false
  return neon.abi !== (process.report.getReport().header.glibcVersionRuntime ? "gnu" : "musl")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  if (folder === undefined) throw new Error("Say where to: npm run layout -- <folder>")
  await layOut(resolve(folder))
}
