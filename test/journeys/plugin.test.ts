import { expect, onTestFinished, test } from "vitest"
import { servePage } from "../loopback.ts"
import { KITCHEN_SINK_PROMPT, kitchenSink } from "../opencode/kitchen-sink.ts"
import { setPluginStage } from "../plugin/plugin-stage.ts"
import { createWorld } from "../world.ts"
import { readShare, shareNewSession } from "./stage.ts"

test("share, follow, unshare through the plugin: every item goes straight to the store", async () => {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const stage = await setPluginStage({ options: { url: world.url, audit: true } })
  const page = await servePage("<h1>A page</h1><p>for webfetch</p>")
  onTestFinished(() => page.stop())
  stage.model.play(kitchenSink({ directory: stage.opencode.directory, pageUrl: page.url }))
  const { client, transcript } = await stage.opencode.serve()
  const shared = await shareNewSession({ ...stage, browser: undefined as never }, client)
  expect(shared.url, transcript()).toMatch(new RegExp(`^${world.url}/share/[A-Za-z0-9]{22}$`))
  await shared.prompt(KITCHEN_SINK_PROMPT)
  const session = await shared.synced().catch((error) => {
    throw new Error(`${error}\n${transcript()}`)
  })
  const document = await readShare(shared.url)
  expect(document.messages).toHaveLength(session.messages.length)
  await client.session.unshare({ sessionID: shared.sessionID }, { throwOnError: true })
  expect((await fetch(shared.url)).status).toBe(410)
  expect(await world.storedFiles()).toEqual([])
})
