import { join } from "node:path"
import { ShareError } from "../protocol/errors.ts"
import { createDesk, type Desk } from "./desk.ts"
import { type BridgeCalls, openBridge } from "./opencode/bridge.ts"
import { createConsoleAccount } from "./opencode/console-account.ts"
import type { OpenCodeEvent } from "./opencode/hearing.ts"
import { withLoopback } from "./opencode/no-proxy.ts"
import { judgeVersion, OPENCODE_VERSIONS } from "./opencode/opencode-version.ts"
import { createSessionReader, type OpenCodeClient } from "./opencode/session-reader.ts"
import { installShareGuard } from "./opencode/share-guard.ts"
import {
  createConsoleWatch,
  createShareSwitch,
  type ShareConfig,
  type ShareSwitch,
} from "./opencode/share-switch.ts"
import { createOutbox } from "./sending/outbox.ts"
import { readSettings, type Settings } from "./settings.ts"
import { createKeyring } from "./shares/keyring.ts"
import { openOwnerKey } from "./shares/owner-key.ts"
import { createAudit } from "./telling/audit.ts"
import { createNotices } from "./telling/notices.ts"

/** What OpenCode gives a plugin, as far as it is used here (`@opencode-ai/plugin`, 1.18). */
export interface PluginInput {
  client: {
    _client: OpenCodeClient
    tui: {
      showToast(request: { body: { title: string; message: string; variant: string } }): Promise<unknown>
    }
    app: {
      log(request: { body: { service: string; level: string; message: string } }): Promise<unknown>
    }
  }
  directory: string
}

export interface Hooks {
  config(config: ShareConfig): Promise<void>
  event(input: { event: OpenCodeEvent }): Promise<void>
  dispose(): Promise<void>
}

/** The machine that OpenCode runs on. */
export interface PluginMachine {
  /** Written to once: `NO_PROXY`. */
  environment: Record<string, string | undefined>
  argv: readonly string[]
  home: string
  user: string | undefined
  platform: string
  pid: number
  stderr(text: string): void
  now(): number
  random(): number
}

/** What the build fills in. */
export interface PluginBuild {
  version: string
  /** The server that this plugin was downloaded from. */
  url: string | undefined
}

const AT_EXIT_MS = 3_000
const PACE = { watched: { flush: 300, send: 1_000 }, unwatched: { flush: 1_500, send: 5_000 } }
/** OpenCode is still starting while it loads plugins. */
const START_MS = 500
/** A share made this soon after its session was made by OpenCode itself. */
const BY_ITSELF_MS = 5_000
/** Commands of OpenCode that leave the terminal to lines. */
const LINE_COMMANDS = new Set(["run", "serve", "web", "acp", "github", "import", "export", "session"])

/** The plugin. Contract: nothing that OpenCode calls throws or rejects, or keeps it waiting, but the exit. */
export async function startPlugin(
  input: PluginInput,
  options: unknown,
  { machine, build }: { machine: PluginMachine; build: PluginBuild },
): Promise<Hooks> {
  const { environment, now } = machine
  const { client } = input
  const quietly = (work: () => Promise<unknown>): void => {
    try {
      work().catch(() => {})
    } catch {
      // A client of another shape. There is nobody to tell.
    }
  }
  const notices = createNotices({
    toast: (body) => quietly(() => client.tui.showToast({ body })),
    stderr: LINE_COMMANDS.has(machine.argv[2] ?? "") ? (line) => machine.stderr(`${line}\n`) : undefined,
    log: (level, message) =>
      quietly(() => client.app.log({ body: { service: "better-share", level, message } })),
    now,
  })
  const onError = (error: unknown) => notices.log("warn", String(error))

  environment.NO_PROXY = withLoopback(environment.NO_PROXY)
  environment.no_proxy = withLoopback(environment.no_proxy ?? environment.NO_PROXY)

  const folder = dataFolder(machine)
  const keyring = createKeyring(join(folder, "keyring"))
  const reader = createSessionReader(client._client)
  const settings = readSettings(options, environment, build.url)
  const desk = "fault" in settings ? undefined : openDesk(settings)
  const calls = desk ? announcing(desk) : refusingAll("fault" in settings ? settings.fault : "")
  const createdAt = new Map<string, number>()
  let shareSwitch: ShareSwitch | undefined
  let lookAgain: (() => void) | undefined
  /** Of the address that opencode.json has for OpenCode itself. */
  let pathToken: string | undefined

  const bridge = await openBridge(calls).catch((error: unknown) => {
    onError(error)
    return undefined
  })
  const dismiss =
    bridge &&
    installShareGuard(globalThis).admit({
      url: bridge.url,
      owns: async (sessionID) =>
        (await reader.session(sessionID).catch(() => undefined))?.directory === input.directory,
      knows: async (shareID) => (await keyring.find(shareID).catch(() => undefined)) !== undefined,
      onRefusal: (origin) =>
        notices.tell({
          key: `guard ${origin}`,
          variant: "warning",
          message: `Kept from ${origin}: what OpenCode wanted to share there.`,
        }),
    })

  function openDesk(settings: Settings): Desk {
    const outbox = createOutbox({ folder: join(folder, "outbox"), now, process: String(machine.pid) })
    let ownerKey: ReturnType<typeof openOwnerKey> | undefined
    return createDesk({
      settings,
      keyring,
      outbox,
      createToken: () => settings.token ?? pathToken,
      reader,
      notices,
      audit: createAudit({ path: settings.audit ? join(folder, "audit.ndjson") : undefined, now, onError }),
      ownerKey() {
        ownerKey ??= openOwnerKey(join(folder, "owner.json"), now)
        // A disk that was full may have room again.
        ownerKey.catch(() => {
          ownerKey = undefined
        })
        return ownerKey
      },
      fetch: (...call) => globalThis.fetch(...call),
      now,
      random: machine.random,
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      pid: machine.pid,
      pace: PACE,
      userAgent: `better-share-plugin/${build.version}`,
      directory: input.directory,
      dryRunFolder: join(folder, "dry-run"),
      machine: { environment: { ...environment }, home: machine.home, user: machine.user },
    })
  }

  /** Who did not ask for a share is told its link. */
  function announcing(desk: Desk): BridgeCalls {
    return {
      ...desk,
      async create(sessionID) {
        const share = await desk.create(sessionID)
        const made = createdAt.get(sessionID)
        const byItself = shareSwitch?.isAuto || environment.OPENCODE_AUTO_SHARE !== undefined
        if (byItself && made !== undefined && now() - made < BY_ITSELF_MS) {
          notices.tell({
            key: `link ${share.id}`,
            variant: "info",
            message: `This session is shared: ${share.url}`,
          })
        }
        return share
      },
    }
  }

  async function checkVersion(): Promise<void> {
    const { data } = await client._client.get({ url: "/global/health" })
    const version = (data as { version?: unknown } | undefined)?.version
    if (typeof version !== "string") return
    const verdict = judgeVersion(version)
    const { oldest, newest } = OPENCODE_VERSIONS
    if (verdict === "too_old") {
      shareSwitch?.set(
        "version",
        `Sharing is off: the plugin needs OpenCode ${oldest} or newer, and this is ${version}.`,
      )
    }
    if (verdict === "untried") {
      notices.log("warn", `OpenCode ${version} is newer than what this plugin was tried with (${newest})`)
    }
  }

  function start(): void {
    const timer = setTimeout(() => {
      checkVersion().catch(onError)
      desk?.resume().catch(onError)
    }, START_MS)
    timer.unref?.()
  }

  return {
    async config(config) {
      try {
        shareSwitch = createShareSwitch(config, "fault" in settings ? undefined : settings.mode, notices)
        if (!("fault" in settings)) pathToken = tokenIn(config.enterprise?.url, settings.url)
        if (bridge) config.enterprise = { ...config.enterprise, url: bridge.url }
        else
          shareSwitch.set(
            "bridge",
            "Sharing is off: no port on 127.0.0.1 could be opened; OpenCode's log says why.",
          )
        if ("fault" in settings) shareSwitch.set("settings", `Sharing is off: ${settings.fault}.`)
        const account = createConsoleAccount(join(openCodeData(machine), "opencode"), onError)
        const watch = createConsoleWatch({ account, shareSwitch, now })
        lookAgain = watch.lookAgain
        await watch.look()
        start()
      } catch (error) {
        // Whatever it is, nothing may leave.
        config.share = "disabled"
        onError(error)
      }
    },
    async event({ event }) {
      try {
        if (event.type === "session.created") {
          const { info } = event.properties as { info?: { id: string } }
          if (info) createdAt.set(info.id, now())
        }
        if (event.type.startsWith("session.")) lookAgain?.()
        desk?.hear(event)
      } catch (error) {
        onError(error)
      }
    },
    async dispose() {
      try {
        await desk?.close(AT_EXIT_MS)
      } catch (error) {
        onError(error)
      }
      dismiss?.()
      bridge?.close()
    },
  }
}

/** `https://share.example.com/t/<token>` is how OpenCode itself is given a server's token. */
function tokenIn(address: string | undefined, server: string): string | undefined {
  if (address === undefined || !address.startsWith(`${server}/t/`)) return undefined
  return decodeURIComponent(address.slice(server.length + 3).split("/")[0] ?? "")
}

function refusingAll(fault: string): BridgeCalls {
  const refuse = async () => {
    throw new ShareError("forbidden", `Better Share: ${fault}.`)
  }
  return { create: refuse, sync: refuse, remove: refuse }
}

/** Where programs keep what belongs to a user (XDG Base Directory; on Windows, as OpenCode, the same place). */
function openCodeData({ environment, home }: PluginMachine): string {
  return environment.XDG_DATA_HOME || join(home, ".local", "share")
}

function dataFolder(machine: PluginMachine): string {
  return machine.environment.BETTER_SHARE_DIR || join(openCodeData(machine), "better-share")
}
