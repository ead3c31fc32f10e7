import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { chromium } from "playwright-core"
import { findOnPath, isExecutable, lastLines, runCommand } from "./command.ts"

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

const MAC_APPS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
]

const ADVICE = "Install Chromium or Chrome, or set CHROME_PATH to one."

/** Path of a Chromium that starts: one that is there, else one installed now. */
export async function provideChromium(): Promise<string> {
  const chosen = process.env.CHROME_PATH
  if (chosen) {
    if (await starts(chosen)) return chosen
    throw new Error(`CHROME_PATH is ${chosen}, but no browser starts there.`)
  }
  const found = await findChromium()
  if (found !== undefined) return found
  const log = await installChromium()
  const installed = await findChromium()
  if (installed !== undefined) return installed
  throw new Error(`The journeys need a browser and none could be installed. ${ADVICE}\n${lastLines(log)}`)
}

async function findChromium(): Promise<string | undefined> {
  const onPath = NAMES.map(findOnPath).filter((path) => path !== undefined)
  for (const path of [...onPath, ...MAC_APPS, chromium.executablePath()]) {
    if (await starts(path)) return path
  }
  return undefined
}

/** Some distributions put a stub under the name, which only says where to get the browser. */
async function starts(path: string): Promise<boolean> {
  if (!isExecutable(path)) return false
  const result = await runCommand(path, ["--version", "--no-sandbox"], { timeout: 30_000 })
  return result.ok && /Chrom/.test(result.output)
}

/** Returns what the installers said, whether they succeeded or not. */
async function installChromium(): Promise<string> {
  if (existsSync("/etc/debian_version") && process.getuid?.() === 0) {
    const env = { DEBIAN_FRONTEND: "noninteractive" }
    const update = await runCommand("apt-get", ["update"], { timeout: 120_000, env })
    const args = ["install", "-y", "--no-install-recommends", "chromium"]
    const install = await runCommand("apt-get", args, { timeout: 600_000, env })
    if (install.ok) return install.output
    return `${update.output}${install.output}${await installByPlaywright()}`
  }
  return installByPlaywright()
}

async function installByPlaywright(): Promise<string> {
  const cli = join(dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")), "cli.js")
  const result = await runCommand(process.execPath, [cli, "install", "chromium"], { timeout: 600_000 })
  return result.output
}
