// Records the session that a new server shows as its sample: the real OpenCode, asked by a script, answered by a
// scripted model, and written down as its share client sends it. Usage: npx tsx scripts/record-sample.ts
import { symlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { isDeepStrictEqual } from "node:util"
import type { OpencodeClient } from "@opencode-ai/sdk/v2/client"
import { type Item, itemKey } from "../src/protocol/item.ts"
import { createOpenCode } from "../test/opencode/opencode.ts"
import {
  lastVersions,
  type RecordingServer,
  startRecordingServer,
} from "../test/opencode/recording-server.ts"
import { SAMPLE_FILES } from "../test/opencode/sample-project.ts"
import { SAMPLE_PROMPTS, sampleStory } from "../test/opencode/sample-story.ts"
import { type ScriptedModel, startScriptedModel } from "../test/opencode/scripted-model.ts"
import { provideOpenCode } from "../test/provision/opencode.ts"
import { waitFor } from "../test/wait.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const target = join(root, "src/host/sample/sample.json")
/** It travels with the server, and is the first page that many people open. */
const MAX_BYTES = 96 * 1024

/** Where the sample says that it took place. */
const PLACE = "/home/dev/tollgate"

interface Sample {
  sessionID: string
  items: Item[]
}

const [binary, model, shares] = await Promise.all([
  provideOpenCode(),
  startScriptedModel(),
  startRecordingServer(),
])
try {
  const sample = await record(binary, model, shares)
  const text = written(sample)
  if (Buffer.byteLength(text) > MAX_BYTES)
    throw new Error(`The sample is ${text.length} bytes; that is too many.`)
  await writeFile(target, text)
  console.log(`${target}: ${sample.items.length} items, ${Buffer.byteLength(text)} bytes`)
} finally {
  await Promise.all([model.stop(), shares.stop()])
}

/** JSON with a line for each item, so that a new recording can be read as a diff. */
function written({ sessionID, items }: Sample): string {
  const lines = items.map((item) => JSON.stringify(item)).join(",\n")
  return `{"sessionID":${JSON.stringify(sessionID)},"items":[\n${lines}\n]}\n`
}

async function record(binary: string, model: ScriptedModel, shares: RecordingServer): Promise<Sample> {
  const opencode = await createOpenCode({
    binary,
    model: model.url,
    shareUrl: shares.url,
    files: SAMPLE_FILES,
    config: demoModel(model.url),
    // Else npm's advertisement for its next version would be part of the tests' output.
    env: { npm_config_update_notifier: "false" },
  })
  try {
    // For tsx, with which the sample's tests run.
    await symlink(join(root, "node_modules"), join(opencode.directory, "node_modules"))
    model.play(sampleStory(opencode.directory))
    const { client } = await opencode.serve()
    const created = await client.session.create({}, { throwOnError: true })
    const sessionID = created.data.id
    await client.session.share({ sessionID }, { throwOnError: true })
    for (const text of SAMPLE_PROMPTS) {
      await client.session.prompt({ sessionID, parts: [{ type: "text", text }] }, { throwOnError: true })
    }
    if (model.faults.length > 0) throw new Error(model.faults.join("\n"))
    await waitFor("everything to be synced", () => isSynced(client, sessionID, shares), { timeout: 20_000 })
    const items = [...lastVersions(shares.items(), sessionID), ...(await childItems(client, sessionID))]
    return { sessionID, items: neutral(items, opencode.directory) }
  } finally {
    await opencode.dispose()
  }
}

/** Whether the last version of every message and part of the session has reached the share server. */
async function isSynced(
  client: OpencodeClient,
  sessionID: string,
  shares: RecordingServer,
): Promise<boolean> {
  const items = lastVersions(shares.items(), sessionID)
  const recorded = new Map(items.map((item) => [itemKey(item, sessionID), item.data]))
  const { data } = await client.session.messages({ sessionID }, { throwOnError: true })
  return data.every(
    ({ info, parts }) =>
      isDeepStrictEqual(recorded.get(`message/${info.id}`), info) &&
      parts.every((part) => isDeepStrictEqual(recorded.get(`part/${part.messageID}/${part.id}`), part)),
  )
}

/** The subagents' sessions as items. OpenCode's own share client does not send them. */
async function childItems(client: OpencodeClient, sessionID: string): Promise<Item[]> {
  const children = await client.session.children({ sessionID }, { throwOnError: true })
  const items: Item[] = []
  for (const child of children.data) {
    items.push({ type: "session", data: child })
    const { data } = await client.session.messages({ sessionID: child.id }, { throwOnError: true })
    for (const { info, parts } of data) {
      items.push({ type: "message", data: info }, ...parts.map((part) => ({ type: "part", data: part })))
    }
  }
  return items
}

/** The items without anything of the machine that recorded them. */
function neutral(items: Item[], directory: string): Item[] {
  const sandbox = dirname(directory)
  const places: [string, string][] = [
    [directory, PLACE],
    [join(sandbox, "home"), dirname(PLACE)],
    [join(root, "node_modules"), join(PLACE, "node_modules")],
  ]
  const told = JSON.stringify(items.map(withoutShare))
  const rewritten = places.reduce((text, [from, to]) => text.replaceAll(from, to), told)
  const left = [sandbox, root, "/root/", "127.0.0.1"].filter((trace) => rewritten.includes(trace))
  if (left.length > 0) throw new Error(`The recording still names ${left.join(" and ")}`)
  return JSON.parse(rewritten) as Item[]
}

/** The link in the session is the recorder's. */
function withoutShare(item: Item): Item {
  if (item.type !== "session") return item
  const { share: _, ...data } = item.data as Record<string, unknown>
  return { ...item, data }
}

function demoModel(baseURL: string): Record<string, unknown> {
  const model = {
    name: "Demo Model",
    limit: { context: 200_000, output: 32_000 },
    cost: { input: 3, output: 15, cache_read: 0.3 },
  }
  return {
    model: "demo/demo-model",
    small_model: "demo/demo-model",
    provider: {
      demo: {
        name: "Demo",
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL, apiKey: "unused" },
        models: { "demo-model": model },
      },
    },
  }
}
