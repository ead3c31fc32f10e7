import { mkdir, readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { createCli } from "../cli/cli.ts"
import { KITCHEN_SINK_PROMPT } from "../opencode/kitchen-sink.ts"
import type { ExportedSession, OpenCode } from "../opencode/opencode.ts"
import { startScriptedModel } from "../opencode/scripted-model.ts"
import { createWorld } from "../world.ts"
import { newOpenCode, playKitchenSink, setStage } from "./stage.ts"

/** Everything but ids, folders and states of files: what a conversation consists of. */
function told({ messages }: ExportedSession, folder: string): unknown {
  return messages.map(({ info, parts }) => [
    info.role,
    parts
      .filter(({ type }) => type !== "patch" && type !== "snapshot")
      .map(({ type, tool, state, text }) => [
        type,
        tool ?? text ?? null,
        JSON.stringify(state?.input ?? null).replaceAll(folder, "PROJECT"),
        state?.status ?? null,
      ]),
  ])
}

function filesChangedBy({ messages }: ExportedSession): string[] {
  const patches = messages.flatMap(({ parts }) => parts.filter(({ type }) => type === "patch"))
  return patches.flatMap(({ files }) => files as string[])
}

async function sessionsOf(opencode: OpenCode): Promise<string[]> {
  const { stdout } = await opencode.command(["session", "list", "--format", "json"])
  return (JSON.parse(stdout || "[]") as { id: string }[]).map(({ id }) => id)
}

test("a share comes home twice into another OpenCode, is continued there, and shared again", async () => {
  const stage = await setStage()
  const { world, opencode, model } = stage
  await playKitchenSink(stage)
  const run = await opencode.run([], KITCHEN_SINK_PROMPT)
  expect(run.code, run.transcript).toBe(0)
  const [sessionID = ""] = await sessionsOf(opencode)
  const env = { ...opencode.env, BETTER_SHARE_BASE_URL: world.url }

  // Shared without any plugin, by this program alone.
  const cli = createCli({ env, cwd: opencode.directory })
  const shared = await cli(["share", sessionID, "--json"])
  expect(shared.code, shared.stderr).toBe(0)
  const { url } = JSON.parse(shared.stdout) as { url: string }
  const original = await opencode.export(sessionID)

  const otherModel = await startScriptedModel()
  onTestFinished(() => otherModel.stop())
  const other = await newOpenCode(otherModel, world.url)
  const there = createCli({ env: { ...other.env, BETTER_SHARE_BASE_URL: world.url }, cwd: other.directory })
  const first = await there(["import", url, "--json"])
  expect(first.code, first.stderr).toBe(0)
  const second = await there(["import", url.replace("/share/", "/s/"), "--json"])
  expect(second.code, second.stderr).toBe(0)
  const ids = [first, second].map(({ stdout }) => (JSON.parse(stdout) as { sessionID: string }).sessionID)
  expect(new Set([...ids, sessionID]).size).toBe(3)
  expect((await sessionsOf(other)).sort()).toEqual([...ids].sort())
  for (const id of ids) {
    const session = await other.export(id)
    expect(told(session, other.directory)).toEqual(told(original, opencode.directory))
    expect(session.info).toMatchObject({
      directory: other.directory,
      metadata: { "better-share": { url, sessionID } },
    })
    expect(session.info.share).toBeUndefined()
    // Everything that the other machine's folder stood in is this one's now.
    expect(JSON.stringify(session)).not.toContain(opencode.directory)
  }

  // Subagents come along as children of the imported session.
  const [id = ""] = ids
  const served = await other.serve()
  const children = await served.client.session.children({ sessionID: id }, { throwOnError: true })
  expect(children.data.length).toBe(1)
  const child = await served.client.session.messages({ sessionID: children.data[0]?.id ?? "" })
  expect(child.data?.length).toBeGreaterThan(0)

  // What it did to files it did elsewhere: an undo here finds no state to go back to, and must not touch what is here.
  const changed = filesChangedBy(original).map((path) => path.replace(opencode.directory, other.directory))
  expect(changed.length).toBeGreaterThan(0)
  for (const path of changed) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, "mine")
  }
  const [, twin = ""] = ids
  const messageID = (await other.export(twin)).messages[0]?.info.id ?? ""
  await served.client.session.revert({ sessionID: twin, messageID }, { throwOnError: true })
  for (const path of changed) expect(await readFile(path, "utf8")).toBe("mine")
  await served.stop()

  // The next prompt sees all of it, in order.
  otherModel.play({ turns: [{ text: "And on it goes." }] })
  const went = await other.run(["--session", id, "--model", "scripted/scripted-model"], "Go on, please")
  expect(went.code, went.transcript).toBe(0)
  const asked = otherModel.requests.filter(({ kind }) => kind === "turn").at(-1)
  const before = model.requests
    .filter(({ kind, sessionID: of }) => kind === "turn" && of === sessionID)
    .at(-1)
  const roles = (messages: { role: string }[] = []) =>
    messages.map(({ role }) => role).filter((role) => role !== "system")
  expect(roles(asked?.messages).slice(0, -2)).toEqual(roles(before?.messages))
  expect(JSON.stringify(asked?.messages.at(-1))).toContain("Go on, please")
  const continued = await other.export(id)
  expect(continued.messages.slice(0, -2).map(({ info }) => info.role)).toEqual(
    original.messages.map(({ info }) => info.role),
  )
  expect(JSON.stringify(continued.messages.at(-1))).toContain("And on it goes.")

  // As a share of its own, which leads back to where it comes from.
  const again = await there(["share", id, "--json"])
  expect(again.code, again.stderr).toBe(0)
  const own = (JSON.parse(again.stdout) as { url: string }).url
  expect(own).not.toBe(url)
  const page = await (await fetch(own)).text()
  expect(page).toContain(`href="${url}"`)
  expect(page).toContain("And on it goes.")
}, 180_000)

test("what cannot be imported leaves nothing behind, and an encrypted share opens here", async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const model = await startScriptedModel({ turns: [{ text: "A secret answer." }] })
  onTestFinished(() => model.stop())
  const opencode = await newOpenCode(model, world.url)
  const run = await opencode.run([], "A secret question")
  expect(run.code, run.transcript).toBe(0)
  const [sessionID = ""] = await sessionsOf(opencode)
  const cli = createCli({
    env: { ...opencode.env, BETTER_SHARE_BASE_URL: world.url },
    cwd: opencode.directory,
  })
  const exported = await opencode.export(sessionID)
  const shared = await cli(["share", "-", "--encrypt", "--json"], JSON.stringify(exported))
  const { url } = JSON.parse(shared.stdout) as { url: string }
  expect(url).toContain("#k=")

  const broken = { ...exported, messages: exported.messages.map((each) => ({ ...each })) }
  broken.info = { ...broken.info, id: "ses_broken" }
  broken.messages.push({
    info: { id: "msg_broken", sessionID: "ses_broken", role: "user" },
    parts: [{ id: "prt_broken", type: "no-such-type" }],
  })
  const path = join(opencode.directory, "broken.json")
  await writeFile(path, JSON.stringify(broken))
  const refused = await cli(["import", path])
  expect(refused).toMatchObject({ code: 1, stdout: "" })
  expect(refused.stderr).toMatch(/^OpenCode did not take the session, so nothing was imported: .+\n$/)
  expect(await sessionsOf(opencode)).toEqual([sessionID])
  const kept = await cli(["import", url, "--keep-ids"])
  expect(kept.code).toBe(1)
  expect(kept.stderr).toContain("already")

  const imported = await cli(["import", url, "--json"])
  expect(imported.code, imported.stderr).toBe(0)
  const { sessionID: id, origin } = JSON.parse(imported.stdout) as {
    sessionID: string
    origin: { url: string }
  }
  const session = await opencode.export(id)
  expect(told(session, "")).toEqual(told(exported, ""))
  // Whoever is given the imported session is not given the key of the share that it comes from.
  expect(origin.url).toBe(url.split("#")[0])
  expect(JSON.stringify(session)).not.toContain(url.split("#k=")[1])

  // The backlog: what is shared already stays where it is, and the imported one becomes a share of its own.
  expect(await cli(["share", "--all"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Share 2 sessions?"),
  })
  const all = await cli(["share", "--all", "--since", "1d", "--yes", "--json"])
  expect(all.code, all.stderr).toBe(0)
  const backlog = JSON.parse(all.stdout) as { sessionID: string; url: string }[]
  expect(new Set(backlog.map((each) => each.sessionID))).toEqual(new Set([sessionID, id]))
  expect(backlog.find((each) => each.sessionID === sessionID)?.url).toBe(url)
  expect(JSON.parse((await cli(["list", "--json"])).stdout)).toHaveLength(2)
}, 120_000)
