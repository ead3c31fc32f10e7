import { mkdir } from "node:fs/promises"
import { dirname, join } from "node:path"
import { root } from "../build/build.mjs"
import { launchBrowser } from "../test/browser/browser.ts"
import { provideChromium } from "../test/provision/chromium.ts"
import { createWorld } from "../test/world.ts"

// The README's picture: the sample share as a new server shows it.

const target = join(root, "docs/images/share.png")
const world = await createWorld({ sample: true })
const browser = await launchBrowser(await provideChromium())
try {
  const home = await browser.open(world.url, { viewport: { width: 1280, height: 900 } })
  const sample = await home.page.locator('a[href*="/share/"]').first().getAttribute("href")
  await home.page.goto(new URL(sample ?? "", world.url).href)
  await mkdir(dirname(target), { recursive: true })
  await home.page.screenshot({ path: target })
  console.log(target)
} finally {
  await browser.close()
  await world.close()
}
