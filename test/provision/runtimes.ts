import { existsSync } from "node:fs"
import { join } from "node:path"
import { cached } from "./cache.ts"
import { lastLines, runCommand } from "./command.ts"

const NODE_24 = "24.21.0"
const BUN = "1.4.5"

/** Path of a Node 24 executable, from npm into the cache on first use (190 MB on disk). */
export function provideNode24(): Promise<string> {
  const platform = process.platform === "win32" ? "win" : process.platform
  return provideRuntime({
    name: "node-24",
    version: NODE_24,
    packages: [`node-${platform}-${process.arch}`],
    program: "bin/node",
  })
}

/** Path of a Bun executable, from npm into the cache on first use (100 MB on disk). */
export function provideBun(): Promise<string> {
  const arch = process.arch === "arm64" ? "aarch64" : process.arch
  const platform = `@oven/bun-${process.platform}-${arch}`
  return provideRuntime({
    name: "bun",
    version: BUN,
    // The second is for processors without AVX2, the others for systems without glibc.
    packages: [platform, `${platform}-baseline`, `${platform}-musl`, `${platform}-musl-baseline`],
    program: "bin/bun",
  })
}

interface Runtime {
  name: string
  version: string
  /** One of these runs on this machine; the first that does is taken. */
  packages: string[]
  /** Path of the executable inside its package. */
  program: string
}

async function provideRuntime({ name, version, packages, program }: Runtime): Promise<string> {
  // All under one name, so that what is in the cache need not be tried again.
  const folder = await cached(`${name}-${version}`, async (draft) => {
    let log = ""
    for (const candidate of packages) {
      const args = ["--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund"]
      const spec = `runtime@npm:${candidate}@${version}`
      const installed = await runCommand("npm", ["install", ...args, spec], { timeout: 600_000 })
      const tried = await runCommand(join(draft, "node_modules/runtime", program), ["--version"], {
        timeout: 30_000,
      })
      if (installed.ok && tried.ok) return
      log += installed.output + tried.output
    }
    throw new Error(
      `These tests need ${name} ${version}, as ${packages.join(" or ")} from the npm registry; none runs here.\n${lastLines(log)}`,
    )
  })
  const path = join(folder, "node_modules/runtime", program)
  if (!existsSync(path)) throw new Error(`${path} is missing; remove ${folder} and try again.`)
  return path
}
