import { afterAll, beforeAll, expect, test } from "vitest"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"
import { createDeskWorld } from "./desk-world.ts"

const token = "a-token-of-the-team"
let world: World
beforeAll(async () => {
  world = await createWorld({ lock: { username: "team", password: "an open sesame" }, createTokens: [token] })
})
afterAll(() => world.close())

test("[W3] a locked server is shared to without its password: from the first word to the removal", async () => {
  const scene = await createDeskWorld(world.url)
  const { sessions } = scene
  sessions.session({ id: "ses_1", title: "Behind the lock" })
  const desk = scene.start({ settings: { token } })
  const share = await desk.create("ses_1")
  const client = createNativeClient(world.url, { authorization: `Bearer ${token}` })
  // More than sixteen commits, so that the plugin reads segments and merges them.
  for (let at = 1; at <= 20; at++) {
    sessions.message({ id: `msg_${at}`, sessionID: "ses_1" })
    sessions.part({ id: `prt_${at}`, sessionID: "ses_1", messageID: `msg_${at}`, text: `word ${at}` })
    await waitFor(`word ${at}`, async () => (await client.data(share.id)).text.includes(`word ${at}"`))
  }
  expect((await createNativeClient(world.url).data(share.id)).status).toBe(401)
  await desk.remove(share.id, share.secret)
  expect((await client.data(share.id)).status).toBe(410)
  expect(scene.notices).toEqual([])
})
