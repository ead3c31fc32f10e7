import { existsSync } from "node:fs"
import { findOnPath, isExecutable, lastLines, runCommand } from "./command.ts"

/** Where administrators' programs lie, which PATH need not name. */
const FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"]

/**
 * Path of a program: one that is there, else one installed now from the Debian package of that name. Throws one
 * sentence that says what to install.
 */
export async function provideProgram(name: string): Promise<string> {
  const found = findProgram(name)
  if (found !== undefined) return found
  const log = await installByApt(name)
  const installed = findProgram(name)
  if (installed !== undefined) return installed
  throw new Error(
    `This needs ${name} and it could not be installed; install it (Debian, Homebrew: ${name}).\n${lastLines(log)}`,
  )
}

function findProgram(name: string): string | undefined {
  return findOnPath(name) ?? FOLDERS.map((folder) => `${folder}/${name}`).find(isExecutable)
}

/** Returns what apt said, whether it succeeded or not. */
async function installByApt(name: string): Promise<string> {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) return ""
  const env = { DEBIAN_FRONTEND: "noninteractive" }
  const update = await runCommand("apt-get", ["update"], { timeout: 120_000, env })
  const args = ["install", "-y", "--no-install-recommends", name]
  const result = await runCommand("apt-get", args, { timeout: 400_000, env })
  return update.output + result.output
}
