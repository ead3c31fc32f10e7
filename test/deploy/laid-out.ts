import { chmod, chown, copyFile, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layOut, PROGRAM } from "../../build/layout.mjs"
import { provideNode24 } from "../provision/runtimes.ts"
import { createServerProcess, npmStart, type ServerProcess } from "../server-process.ts"

/** What the image holds, laid out in a folder, and the Node that it brings. */
export interface LaidOut {
  folder: string
  /**
   * The server from there, as nobody where this is root, and so without the right to change what it runs.
   * @param options.under what to start it with, such as a tracer
   */
  server(env?: Record<string, string>, options?: { under?: readonly string[] }): Promise<ServerProcess>
  dispose(): Promise<void>
}

const NOBODY = 65534

export async function createLaidOut(): Promise<LaidOut> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-layout-"))
  await layOut(folder)
  const node = join(folder, "node")
  // Where root keeps the original, nobody may not look.
  await copyFile(await provideNode24(), node)
  await chmod(folder, 0o755)
  const flags = npmStart().args.filter((arg) => arg.startsWith("-"))
  const isRoot = process.getuid?.() === 0
  const become = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"]
  return {
    folder,
    async server(env = {}, { under = [] } = {}) {
      const command = [...under, node, ...flags, join(folder, PROGRAM), "serve"]
      const [path = "", ...args] = isRoot ? ["setpriv", ...become, ...command] : command
      const server = await createServerProcess(env, { path, args })
      if (isRoot) await chown(server.dataDir, NOBODY, NOBODY)
      return server
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  }
}
