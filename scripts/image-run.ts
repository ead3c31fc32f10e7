import { spawn } from "node:child_process"
import { runCommand } from "../test/provision/command.ts"
import { freePort } from "../test/server-process.ts"
import { waitFor } from "../test/wait.ts"

export interface ImageConfig {
  Env: string[]
  Entrypoint: string[]
  Cmd: string[]
  User: string
  Healthcheck: { Test: string[] }
}

/**
 * Runs what an image says as the user that it says, in its files, of which only /data can be written to: the server, then its
 * health check beside it. Throws when one of them does not do.
 */
export async function tryOut(tree: string, image: ImageConfig): Promise<void> {
  const port = await freePort()
  const said = Object.fromEntries(image.Env.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  const env = { ...said, PATH: process.env.PATH, PORT: `${port}`, BASE_URL: `http://127.0.0.1:${port}` }
  const mounts = `mount --bind ${tree} ${tree} && mount --bind ${tree}/data ${tree}/data && mount -o remount,bind,ro ${tree}`
  const inside = (command: readonly string[]) => [
    ...["--mount", "sh", "-c", `${mounts} && exec "$@"`, "sh"],
    ...["chroot", `--userspec=${image.User}`, tree, ...command],
  ]

  const server = spawn("unshare", inside([...image.Entrypoint, ...image.Cmd]), { env })
  let output = ""
  for (const stream of [server.stdout, server.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk
    })
  }
  try {
    const answers = async () => (await fetch(`http://127.0.0.1:${port}/api/health`)).ok
    await waitFor("the server", answers, { timeout: 30_000, details: () => output })
    console.log(`It serves as ${image.User} on a read-only root.`)
    const ask = (command: readonly string[]) =>
      runCommand("unshare", inside(command), { timeout: 10_000, env })
    const written = await ask(["node", "-e", "require('node:fs').writeFileSync('/app/written', '')"])
    if (!written.output.includes("EROFS")) throw new Error(`It may write: ${written.output}`)
    const [, ...check] = image.Healthcheck.Test
    const health = await ask(check)
    if (!health.ok) throw new Error(`Its health check fails. ${health.output}`)
    console.log("Its health check passes.")
  } finally {
    server.kill("SIGTERM")
  }
}
