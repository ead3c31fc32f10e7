import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import type { Page } from "playwright-core"

const PATH = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

/** What axe finds wrong with a page: the rule, and the elements. */
export async function findBarriers(page: Page): Promise<[rule: string, elements: string[]][]> {
  // Evaluated by the debugger, which the page's policy does not bind.
  await page.evaluate(await readFile(PATH, "utf8"))
  const found = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
    "axe.run().then(({ violations }) => violations)",
  )
  return found.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
}
