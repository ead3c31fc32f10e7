import { afterEach, expect, onTestFinished, test } from "vitest"
import type { LimitSettings } from "../../src/host/limit-variables.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { UNLIMITED } from "../no-limits.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function start(limits: LimitSettings) {
  world = await createWorld({ limits, trustedProxies: ["127.0.0.1"] })
  const { url } = world
  const client = createNativeClient(url)
  const { id, secret } = (await client.create("ses_1")).body
  const events = `${url}/api/share/${id}/events`
  const watch = async (address = "192.0.2.1") => {
    const reader = await readEvents(events, { "x-forwarded-for": address })
    onTestFinished(() => reader.close())
    return reader
  }
  const refusal = async (address = "192.0.2.1") => {
    const from = createNativeClient(url, { "x-forwarded-for": address })
    const { status, body, headers } = await from.call("GET", `/api/share/${id}/events`)
    return [status, body?.error?.code, headers.get("retry-after")]
  }
  return { client, id, secret, watch, refusal }
}

test("[Q11] an address follows so many shares at once, and the next when one of them has ended", async () => {
  const { watch, refusal } = await start({ ...UNLIMITED, streamsPerAddress: 2 })
  const [first] = [await watch(), await watch()]
  expect(await refusal()).toEqual([429, "rate_limited", "5"])
  await watch("192.0.2.2")
  first?.close()
  await waitFor("a place to be free", () => watch())
  expect((await refusal())[0]).toBe(429)
})

test("[Q11] all together so many", async () => {
  const { watch, refusal } = await start({ ...UNLIMITED, streams: 2 })
  await watch("192.0.2.1")
  await watch("192.0.2.2")
  expect(await refusal("192.0.2.3")).toEqual([429, "rate_limited", "5"])
})

test("[Q11] what is no stream takes no place: HEAD, and a share that is not there", async () => {
  const { client, id, watch } = await start({ ...UNLIMITED, streamsPerAddress: 1 })
  for (let i = 0; i < 3; i++) {
    expect((await client.call("HEAD", `/api/share/${id}/events`)).status).toBe(200)
    expect((await client.call("GET", "/api/share/no-such-share-at-all/events")).status).toBe(404)
  }
  await watch()
})

test("[Q11] a place is free again when the share is removed", async () => {
  const { client, id, secret, watch } = await start({ ...UNLIMITED, streamsPerAddress: 1 })
  await client.sync(id, secret, [itemsOf("ses_1").session()])
  const reader = await watch()
  await client.remove(id, secret)
  await waitFor("the stream to end", reader.hasEnded)
  const other = (await client.create("ses_2")).body.id
  const again = await readEvents(`${world?.url}/api/share/${other}/events`, {
    "x-forwarded-for": "192.0.2.1",
  })
  again.close()
})
