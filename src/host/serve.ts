import type { Machine } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"
import type { Trust } from "../trust/trust.ts"
import { type ComposeDeps, type Composition, compose } from "./compose.ts"
import type { Config } from "./config.ts"
import { listen } from "./listen.ts"
import { createMachine } from "./machine.ts"

export interface Serving {
  /** Where people reach the server. */
  baseUrl: string
  /** Where it listens. */
  url: string
  sampleUrl: string | undefined
  shares: Shares
  trust: Trust
  close(): Promise<void>
}

/** The whole server, from a configuration to open doors. */
export async function serve(
  config: Config,
  deps: Pick<ComposeDeps, "assets" | "plugin" | "log" | "print"> & { machine?: Machine },
): Promise<Serving> {
  const { machine = createMachine() } = deps
  let composition: Composition | undefined
  const listening = await listen({
    host: config.host,
    port: config.port,
    trustedProxies: config.trustedProxies,
    connections: { perAddress: config.limits.connectionsPerAddress, total: config.limits.connections },
    async createApp(url) {
      const baseUrl = config.baseUrl ?? url
      composition = await compose(config, { ...deps, machine, baseUrl })
      return composition.app
    },
  })
  const baseUrl = config.baseUrl ?? listening.url
  if (!composition) throw new Error("It listens, and was not composed.")
  const { sampleID, shares, trust } = composition
  return {
    baseUrl,
    url: listening.url,
    sampleUrl: sampleID === undefined ? undefined : `${baseUrl}/share/${sampleID}`,
    shares,
    trust,
    async close() {
      const drained = listening.close()
      composition?.beginStop()
      await drained
      await composition?.close()
    },
  }
}
