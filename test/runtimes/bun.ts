import { loadAssets } from "../../src/host/assets.ts"
import { compose } from "../../src/host/compose.ts"
import { readConfig } from "../../src/host/config.ts"
import { createLog } from "../../src/host/log.ts"
import { createMachine } from "../../src/host/machine.ts"

// The app on Bun's own server, with SQLite and files behind it: what src/host/listen.ts is on Node. Runs on Bun only;
// `ASSETS` is the folder of the built assets.

interface BunServer {
  url: URL
  requestIP(request: Request): { address: string } | null
}
declare const Bun: {
  serve(options: {
    hostname: string
    port: number
    idleTimeout: number
    fetch(request: Request, server: BunServer): Response | Promise<Response>
  }): BunServer
}

const config = readConfig(process.env)
const log = createLog(config.logLevel)
const assets = await loadAssets(process.env.ASSETS ?? "")
const baseUrl = `http://${config.host}:${config.port}`
const { app } = await compose(config, {
  machine: createMachine(),
  log,
  assets,
  plugin: async () => "",
  baseUrl,
})
Bun.serve({
  hostname: config.host,
  port: config.port,
  // Event streams are silent for longer.
  idleTimeout: 60,
  fetch: (request, server) => app.fetch(request, { address: server.requestIP(request)?.address ?? "" }),
})
