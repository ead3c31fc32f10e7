import { expect, test } from "vitest"
import { CLEAN } from "../browser/watched-page.ts"
import { createDirectClient, put } from "../direct-client.ts"
import { KITCHEN_SINK_PROMPT } from "../opencode/kitchen-sink.ts"
import { waitFor } from "../wait.ts"
import { isLive, newOpenCode, playKitchenSink, setStage } from "./stage.ts"

test("[F1] a client that knows one PUT and nothing else: page, live, import, delete, share again", async () => {
  const stage = await setStage()
  const { model, world, opencode, browser } = stage
  await playKitchenSink(stage)
  const { client: author } = await opencode.serve()
  const sessionID = (await author.session.create({}, { throwOnError: true })).data.id
  const parts = [{ type: "text" as const, text: KITCHEN_SINK_PROMPT }]
  await author.session.prompt({ sessionID, parts }, { throwOnError: true })
  const session = await opencode.export(sessionID)
  const client = createDirectClient(world.url)
  const reserve = async () =>
    (await client.reserve({ shareId: "plain-and-simple", sessionId: sessionID })).body
  const upload = (
    { presignedUrl, headers }: Awaited<ReturnType<typeof reserve>>,
    messages: typeof session.messages,
  ) =>
    put(
      { url: presignedUrl ?? "", headers: headers ?? {} },
      JSON.stringify({ session: session.info, messages }),
    )

  const share = await reserve()
  const half = session.messages.slice(0, 4)
  expect(await upload(share, half)).toBe(200)
  const open = await browser.open(share.url)
  await isLive(open)
  for (const { info } of half) await open.page.locator(`[id="${info.id}"]`).waitFor({ state: "attached" })
  // The rest comes while the page is open.
  expect(await upload(share, session.messages)).toBe(200)
  const last = session.messages.at(-1)?.info.id
  await open.page.locator(`[id="${last}"]`).waitFor({ state: "attached" })
  expect(open.complaints()).toEqual(CLEAN)

  const second = await newOpenCode(model, world.url)
  const imported = await second.import(share.url)
  expect(imported.code, imported.transcript).toBe(0)
  expect((await second.export(sessionID)).messages).toEqual(session.messages)

  expect((await client.remove(share.shareId, share.secret)).body.ok).toBe(true)
  await waitFor("the open page to be emptied", async () =>
    ((await open.page.locator("body").textContent()) ?? "").includes("removed"),
  )
  const again = await reserve()
  expect(again.url).toBe(share.url)
  expect(await upload(again, half)).toBe(200)
  const reopened = await browser.open(again.url)
  await reopened.page.locator(`[id="${half[0]?.info.id}"]`).waitFor({ state: "attached" })
})
