import { join } from "node:path"
import { ShareError } from "../protocol/errors.ts"
import { dataFolder, openCodeData } from "./data-folder.ts"
import { createDesk, type Desk } from "./desk.ts"
import { openPluginDeps } from "./open-deps.ts"
import { type BridgeCalls, openBridge } from "./opencode/bridge.ts"
import { createConsoleAccount } from "./opencode/console-account.ts"
import type { OpenCodeEvent } from "./opencode/hearing.ts"
import { enter, type Instance, roleOf } from "./opencode/instances.ts"
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
import { readSettings } from "./settings.ts"
import { createKeyring } from "./shares/keyring.ts"
import { openNotices, type TellingClient } from "./telling/channels.ts"

/** What OpenCode gives a plugin, as far as it is used here (`@opencode-ai/plugin`, 1.18). */
export interface PluginInput {
  client: TellingClient & { _client: OpenCodeClient }
  /** The project's. */
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
/** OpenCode is still starting while it loads plugins. */
const START_MS = 500
/** A share made this soon after its session was made by OpenCode itself. */
const BY_ITSELF_MS = 5_000

/** The plugin. Contract: nothing that OpenCode calls throws or rejects, or keeps it waiting, but the exit. */
export async function startPlugin(
  input: PluginInput,
  options: unknown,
  { machine, build }: { machine: PluginMachine; build: PluginBuild },
): Promise<Hooks> {
  const { environment, now } = machine
  const { client, directory } = input
  const notices = openNotices(client, { command: machine.argv[2], stderr: machine.stderr, now })
  const onError = (error: unknown) => notices.log("warn", String(error))

  environment.NO_PROXY = withLoopback(environment.NO_PROXY)
  environment.no_proxy = withLoopback(environment.no_proxy ?? environment.NO_PROXY)

  const folder = dataFolder(machine)
  const keyring = createKeyring(join(folder, "keyring"))
  const reader = createSessionReader(client._client)
  const settings = readSettings(options, environment, build.url)
  const fault = "fault" in settings ? settings.fault : undefined
  const desk =
    "fault" in settings
      ? undefined
      : createDesk(
          openPluginDeps(settings, {
            ...{ machine, folder, directory, keyring, reader, notices },
            userAgent: `better-share-plugin/${build.version}`,
            createToken: () => settings.token ?? pathToken,
          }),
        )
  const calls = desk ? announcing(desk) : refusingAll(fault ?? "")
  const instance: Instance = {
    hasOptions: typeof options === "object" && options !== null && Object.keys(options).length > 0,
  }
  const leave = enter(globalThis, directory, instance)
  let acts = true
  const createdAt = new Map<string, number>()
  let shareSwitch: ShareSwitch | undefined
  let lookAgain: (() => void) | undefined
  /** Of the address that opencode.json has for OpenCode itself. */
  let pathToken: string | undefined

  const bridge = await openBridge(calls).catch((error: unknown) => {
    onError(error)
    return undefined
  })
  const ownServer = "fault" in settings ? undefined : new URL(settings.url).origin
  /** For as long as the process lives: OpenCode sends what it has left when its plugins have ended. */
  function guardShares(url: string): void {
    installShareGuard(globalThis).admit({
      url,
      project: directory,
      owns: async (sessionID) =>
        (await reader.session(sessionID).catch(() => undefined))?.directory === directory,
      knows: async (shareID) => (await keyring.find(shareID).catch(() => undefined)) !== undefined,
      onRefusal(origin) {
        const message = `Kept from ${origin}: what OpenCode wanted to share there.`
        // Of what it would send there by itself, all is there already, or will be.
        if (origin === ownServer) notices.log("debug", message)
        else notices.tell({ key: `guard ${origin}`, variant: "warning", message })
      },
    })
  }

  /** Who did not ask for a share is told its link. */
  function announcing(desk: Desk): BridgeCalls {
    return {
      ...desk,
      async create(sessionID) {
        const share = await desk.create(sessionID)
        const made = createdAt.get(sessionID)
        // `run` prints the link itself.
        const byItself =
          (shareSwitch?.isAuto || environment.OPENCODE_AUTO_SHARE !== undefined) && machine.argv[2] !== "run"
        if (byItself && made !== undefined && now() - made < BY_ITSELF_MS) {
          notices.tell({
            key: `link ${share.id}`,
            variant: "info",
            message: `This session is shared: ${share.url}`,
            // The key of an encrypted share stands behind the #.
            logged: `This session is shared: ${share.url.split("#")[0]}`,
          })
        }
        return share
      },
    }
  }

  /** What opencode.json has for OpenCode itself: it may hold a token, and should name the same server. */
  function lookAtAddress(address: string | undefined, server: string): void {
    pathToken = tokenIn(address, server)
    if (address === undefined || !URL.canParse(address) || new URL(address).origin === ownServer) return
    const { origin } = new URL(address)
    notices.log("warn", `enterprise.url names ${origin}, and the plugin shares to ${ownServer}`)
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
        const role = roleOf(globalThis, directory, instance)
        acts = role !== "yields"
        if (!acts) return
        shareSwitch = createShareSwitch(config, "fault" in settings ? undefined : settings.mode, notices)
        if (role === "clashes") shareSwitch.set("clash", CLASH)
        if (!("fault" in settings)) lookAtAddress(config.enterprise?.url, settings.url)
        if (bridge) {
          config.enterprise = { ...config.enterprise, url: bridge.url }
          guardShares(bridge.url)
        } else
          shareSwitch.set(
            "bridge",
            "Sharing is off: no port on 127.0.0.1 could be opened; OpenCode's log says why.",
          )
        if (fault !== undefined) shareSwitch.set("settings", `Sharing is off: ${fault}.`)
        if (config.share === "disabled" && machine.argv.includes("--share"))
          notices.tell({ key: "disabled", variant: "warning", message: "Not shared: sharing is disabled." })
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
        if (!acts) return
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
      leave()
      bridge?.close()
    },
  }
}

/** `https://share.example.com/t/<token>` is how OpenCode itself is given a server's token. */
function tokenIn(address: string | undefined, server: string): string | undefined {
  if (address === undefined || !address.startsWith(`${server}/t/`)) return undefined
  return decodeURIComponent(address.slice(server.length + 3).split("/")[0] ?? "")
}

const CLASH =
  "Sharing is off: the plugin is installed twice for this project, both times with options. Keep one of them."

function refusingAll(fault: string): BridgeCalls {
  const refuse = async () => {
    throw new ShareError("forbidden", `Better Share: ${fault}.`)
  }
  return { create: refuse, sync: refuse, remove: refuse }
}
