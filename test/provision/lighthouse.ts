import { join } from "node:path"
import { cached } from "./cache.ts"
import { lastLines, runCommand } from "./command.ts"

/** Later ones want Node 22. */
const VERSION = "12.8.2"

/** Path of Lighthouse's command line, installed from npm into the cache on first use: too big for every checkout. */
export async function provideLighthouse(): Promise<string> {
  const folder = await cached(`lighthouse-${VERSION}`, async (folder) => {
    const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]
    const result = await runCommand("npm", ["install", ...options, `lighthouse@${VERSION}`], {
      timeout: 600_000,
    })
    if (!result.ok) throw new Error(`npm could not install Lighthouse:\n${lastLines(result.output)}`)
  })
  return join(folder, "node_modules", "lighthouse", "cli", "index.js")
}
