import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cached } from "./cache.ts"
import { lastLines, runCommand } from "./command.ts"

/** The OpenCode that the journeys drive. Another version may speak to a share server otherwise. */
export const OPENCODE_VERSION = "1.18.33"

/** OpenCode searches with ripgrep, and fetches it from the network where it finds none: so it finds one. */
const RIPGREP_VERSION = "1.18.0"

/**
 * Path of the real OpenCode executable, installed from npm into the cache on first use (350 MB on disk).
 * `rg` lies in the same folder.
 */
export async function provideOpenCode(): Promise<string> {
  const folder = await cached(`opencode-${OPENCODE_VERSION}`, install)
  return join(folder, "bin", "opencode")
}

async function install(folder: string): Promise<void> {
  // OpenCode's install script only links one of the binaries that npm brings with it, and some npm
  // configurations refuse such scripts; we choose the binary ourselves.
  const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]
  const packages = [`opencode-ai@${OPENCODE_VERSION}`, `@vscode/ripgrep@${RIPGREP_VERSION}`]
  const result = await runCommand("npm", ["install", ...options, ...packages], { timeout: 600_000 })
  if (!result.ok) {
    const what = packages.join(" and ")
    throw new Error(
      `The journeys need ${what} from the npm registry; npm could not install them:\n${lastLines(result.output)}`,
    )
  }
  await mkdir(join(folder, "bin"))
  await link(folder, { name: "opencode", packages: /^opencode-/, within: "." })
  await link(folder, { name: "rg", packages: /^ripgrep-/, within: "@vscode" })
}

interface Program {
  name: string
  /** npm brings one package per kind of processor and C library. */
  packages: RegExp
  /** Folder of those packages inside node_modules. */
  within: string
}

/** Links the first of a program's builds that runs on this machine into the folder `bin`. */
async function link(folder: string, program: Program): Promise<void> {
  const parent = join("node_modules", program.within)
  // "…-x64" sorts before "…-x64-baseline", the build for processors without AVX2.
  const builds = (await readdir(join(folder, parent))).filter((name) => program.packages.test(name)).sort()
  for (const build of builds) {
    const path = join(parent, build, "bin", program.name)
    if (!existsSync(join(folder, path)) || !(await runs(join(folder, path)))) continue
    // Relative, as the whole folder is renamed once it is complete.
    await symlink(join("..", path), join(folder, "bin", program.name))
    return
  }
  throw new Error(
    `npm has no ${program.name} that runs on this machine; the journeys need Linux or macOS on x64 or arm64.`,
  )
}

/** Even `--version` writes into the home folder, so it gets one of its own. */
async function runs(binary: string): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), "better-share-version-"))
  try {
    const homes = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"]
    const env = Object.fromEntries(homes.map((name) => [name, home]))
    return (await runCommand(binary, ["--version"], { timeout: 60_000, env })).ok
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}
