import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../build/build.mjs"
import type { Item } from "../src/protocol/item.ts"
import { itemsOf } from "../test/items.ts"

/**
 * A session about this repository, with its own text as what is said and its own code as what tools read: `bytes` of
 * JSON, or a little more, of parts that differ as those of real sessions do.
 */
export function* conversation(sessionID: string, bytes: number): Iterable<Item> {
  const { session, user, assistant, text } = itemsOf(sessionID)
  const sources = readTexts("src", /\.ts$/)
  const words = readTexts(".", /^(docs\/)?[A-Z]*[a-z]*\.md$/)
    .join("\n\n")
    .split("\n\n")
  yield session({ title: "A session of some length" })
  for (let sent = 0, step = 0; sent < bytes; step++) {
    const id = String(step).padStart(7, "0")
    const message = step % 10 === 0 ? user(`msg_${id}`, step) : assistant(`msg_${id}`, step)
    const said = text(`msg_${id}`, `prt_${id}a`, `Step ${step}. ${words[step % words.length]}`)
    const source = sources[step % sources.length] ?? ""
    const start = (step * 977) % Math.max(1, source.length - 2_000)
    const read: Item = {
      type: "part",
      data: {
        id: `prt_${id}b`,
        messageID: `msg_${id}`,
        sessionID,
        type: "tool",
        callID: `call_${id}`,
        tool: "read",
        state: {
          status: "completed",
          input: { filePath: `/home/dev/demo/src/file-${step}.ts` },
          output: source.slice(start, start + 1_500),
          title: `src/file-${step}.ts`,
          metadata: {},
          time: { start: step, end: step + 1 },
        },
      },
    }
    for (const item of [message, said, ...(step % 10 === 0 ? [] : [read])]) {
      sent += JSON.stringify(item).length
      yield item
    }
  }
}

function readTexts(folder: string, name: RegExp): string[] {
  const names =
    folder === "."
      ? [...readdirSync(root), ...readdirSync(join(root, "docs")).map((file) => `docs/${file}`)]
      : readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
  return names
    .filter((file) => name.test(file))
    .sort()
    .map((file) => readFileSync(join(root, folder, file), "utf8"))
}
