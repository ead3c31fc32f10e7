import { mkdtemp, realpath, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onTestFinished } from "vitest"
import { createWorld, type World, type WorldOptions } from "../world.ts"
import { createCli } from "./cli.ts"

/** A server, and a machine that has shared nothing to it yet. */
export interface Place {
  world: World
  cwd: string
  env: Record<string, string>
  cli: ReturnType<typeof createCli>
  /** The same from another machine. */
  another(): Promise<ReturnType<typeof createCli>>
}

/** Everything is taken down when the test ends. */
export async function createPlace(options: WorldOptions = {}): Promise<Place> {
  const world = await createWorld(options)
  onTestFinished(() => world.close())
  const newMachine = async () => {
    const cwd = await realpath(await mkdtemp(join(tmpdir(), "better-share-cli-")))
    onTestFinished(() => rm(cwd, { recursive: true, force: true }))
    return { cwd, env: { HOME: cwd, PATH: "/nowhere", BETTER_SHARE_BASE_URL: world.url } }
  }
  const machine = await newMachine()
  return {
    world,
    ...machine,
    cli: createCli(machine),
    another: async () => createCli(await newMachine()),
  }
}

/** What `opencode export` would say of a small session. */
export function exported(sessionID: string, texts: readonly string[], title = "A small session") {
  return {
    info: {
      id: sessionID,
      slug: "small",
      title,
      directory: "/srv/app",
      version: "1.18.33",
      time: { created: 1, updated: 2 },
    },
    messages: texts.map((text, at) => {
      const id = `msg_00000000${String(at).padStart(4, "0")}AAAAAAAAAAAAAA`
      return {
        info: { id, sessionID, role: at % 2 === 0 ? "user" : "assistant", time: { created: at + 1 } },
        parts: [{ id: id.replace("msg", "prt"), messageID: id, sessionID, type: "text", text }],
      }
    }),
  }
}
