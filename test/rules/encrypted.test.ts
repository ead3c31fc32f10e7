import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { checkManifest } from "../../src/encryption/sealer.ts"
import { LIMITS } from "../../src/protocol/limits.ts"
import type { MetadataAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import {
  createEncryptedShare,
  type EncryptedShare,
  inventedName,
  readManifest,
  readSegment,
} from "../encrypted-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, filesBelow, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createDirectClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  client = createDirectClient(world.url)
})
afterAll(() => world.close())

async function newShare(): Promise<EncryptedShare & ReturnType<typeof itemsOf>> {
  const sessionID = `ses_sealed${++count}`
  return { ...(await createEncryptedShare(world.url, sessionID)), ...itemsOf(sessionID) }
}

async function newPlainShare() {
  const { body } = await client.reserve({ sessionId: `ses_open${++count}`, tickets: [] })
  return { id: body.shareId, ...body, ...itemsOf(`ses_open${count}`) }
}

function get(path: string) {
  return fetch(`${world.url}${path}`)
}

describe("creating", () => {
  test("[K1] tickets are for sealed segments", async () => {
    const share = await newShare()
    const { sealer } = share
    const { bytes, sha256 } = await sealer.sealSegment([JSON.stringify(share.session())])
    const { body } = await client.presign(share.id, share.secret, { tickets: [{ bytes, sha256 }] })
    expect(body.tickets[0]?.headers["content-type"]).toBe("application/octet-stream")
    const { segment } = await share.upload([share.session()])
    const stored = (await world.storedFiles()).filter((file) => file.includes(segment))
    expect(stored).toHaveLength(1)
    expect(stored[0]).toMatch(/\.ndjson\.gz\.enc$/)
  })

  test("[K1] one that is encrypted has no plain form, and stays encrypted", async () => {
    const { body } = await client.reserve({ sessionId: "ses_form", encrypted: true })
    expect(body.presignedUrl).toBeUndefined()
    expect(body.tickets).toEqual([])
    const plain = await client.presign(body.shareId, body.secret)
    expect([plain.status, plain.body.error?.code]).toEqual([409, "conflict"])
    const native = createNativeClient(world.url)
    expect((await native.sync(body.shareId, body.secret, [itemsOf("ses_form").session()])).status).toBe(409)
  })

  test("[K1] an id that is given again can be of another kind", async () => {
    const first = await client.reserve({
      shareId: "sealed_again",
      sessionId: "ses_a",
      encrypted: true,
      tickets: [],
    })
    await client.remove("sealed_again", first.body.secret)
    await client.reserve({ shareId: "sealed_again", sessionId: "ses_a", tickets: [] })
    expect(
      (await client.call<MetadataAnswer>("GET", "/api/share/sealed_again/metadata")).body.encrypted,
    ).toBe(undefined)
    expect((await get("/api/share/sealed_again/segments")).status).toBe(400)
  })
})

describe("committing", () => {
  test("[K2] a commit goes by a revision and brings the head, and both are there for whoever has the link", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    await share.sync([share.user("msg_1"), share.text("msg_1", "prt_1", "sealed words")])
    const manifest = await readManifest(world.url, share.id)
    const head = await share.sealer.openHead(manifest.head ?? "")
    expect(head).toMatchObject({ revision: 2, title: "A sealed session" })
    checkManifest(manifest, head)
    const opened = await Promise.all(
      head.segments.map(async (name) =>
        share.sealer.openNamedSegment(name, await readSegment(world.url, share.id, name)),
      ),
    )
    expect(opened.flat()).toEqual([
      share.session(),
      share.user("msg_1"),
      share.text("msg_1", "prt_1", "sealed words"),
    ])
  })

  test("[K2] one that goes by another revision or epoch is 409 and changes nothing", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    const before = await readManifest(world.url, share.id)
    const claim = await share.upload([share.user("msg_1")])
    for (const stale of [
      { after: 0, epoch: 0 },
      { after: 2, epoch: 0 },
      { after: 1, epoch: 1 },
    ]) {
      const head = await share.headOf({})
      const { status, body } = await client.presign(share.id, share.secret, {
        commit: { segments: [claim], head, ...stale },
      })
      expect([status, body.error?.code]).toEqual([409, "conflict"])
      expect(body.error?.message).toContain("it is at revision 1, epoch 0")
    }
    expect(await readManifest(world.url, share.id)).toEqual(before)
  })

  test("[K2] of many that go by one revision, one is committed, with its own head", async () => {
    const share = await newShare()
    const claims = await Promise.all([1, 2, 3, 4, 5].map((n) => share.upload([share.user(`msg_${n}`)])))
    const answers = await Promise.all(
      claims.map(async (claim) => {
        const head = await share.headOf({ revision: 1, segments: [claim.segment] })
        return client.presign(share.id, share.secret, {
          commit: { segments: [claim], after: 0, epoch: 0, head },
        })
      }),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
    const manifest = await readManifest(world.url, share.id)
    checkManifest(manifest, await share.sealer.openHead(manifest.head ?? ""))
  })

  test("[K2] repeating one changes nothing, though the share has moved on", async () => {
    const share = await newShare()
    const claim = await share.upload([share.session()])
    const head = await share.headOf({ revision: 1, segments: [claim.segment] })
    const commit = { segments: [claim], after: 0, epoch: 0, head }
    expect((await client.presign(share.id, share.secret, { commit })).body.revision).toBe(1)
    Object.assign(share.state, { revision: 1, segments: [claim.segment] })
    await share.sync([share.user("msg_1")])
    const before = await readManifest(world.url, share.id)
    const again = await client.presign(share.id, share.secret, { commit })
    expect([again.status, again.body.revision]).toEqual([200, 2])
    expect(await readManifest(world.url, share.id)).toEqual(before)
  })

  test.each(["after", "epoch", "head"])("[K2] a commit without %s is refused", async (missing) => {
    const share = await newShare()
    const claim = await share.upload([share.session()])
    const commit = {
      segments: [claim],
      after: 0,
      epoch: 0,
      head: await share.headOf({}),
      [missing]: undefined,
    }
    const { status, body } = await client.presign(share.id, share.secret, { commit })
    expect([status, body.error?.code]).toEqual([400, "invalid_request"])
    expect((await readManifest(world.url, share.id)).segments).toEqual([])
  })

  test("[K2] a head is base64url of a bounded length", async () => {
    const share = await newShare()
    const claim = await share.upload([share.session()])
    for (const head of ["", "not base64!", "A".repeat(LIMITS.headChars + 1)]) {
      const commit = { segments: [claim], after: 0, epoch: 0, head }
      expect((await client.presign(share.id, share.secret, { commit })).status).toBe(400)
    }
    const commit = { segments: [claim], after: 0, epoch: 0, head: "A".repeat(LIMITS.headChars) }
    expect((await client.presign(share.id, share.secret, { commit })).status).toBe(200)
  })

  test("[K2] a segment that no browser could open is refused", async () => {
    const share = await newShare()
    const claim = { ...(await share.upload([share.session()])), contentBytes: LIMITS.sealedContentBytes + 1 }
    const commit = { segments: [claim], after: 0, epoch: 0, head: await share.headOf({}) }
    const { status, body } = await client.presign(share.id, share.secret, { commit })
    expect([status, body.error?.code]).toEqual([413, "too_large"])
  })

  test("[K3] metadata in the open is refused", async () => {
    const share = await newShare()
    const claim = await share.upload([share.session()])
    const metadata = { title: "Told", messageCount: 1, partCount: 1, diffCount: 0, modelCount: 0 }
    const commit = { segments: [claim], after: 0, epoch: 0, head: await share.headOf({}), metadata }
    const { status, body } = await client.presign(share.id, share.secret, { commit })
    expect([status, body.error?.code]).toEqual([400, "invalid_request"])
    expect(body.error?.message).toContain("sealed head")
  })

  test("[K3] nor is the number of items taken", async () => {
    const share = await newShare()
    const claim = await share.upload([share.session(), share.user("msg_1")])
    expect(claim.items).toBe(1)
    const commit = { segments: [{ ...claim, items: 2 }], after: 0, epoch: 0, head: await share.headOf({}) }
    const { status, body } = await client.presign(share.id, share.secret, { commit })
    expect([status, body.error?.code]).toEqual([400, "invalid_request"])
  })

  test("[K2] a share that is not encrypted takes no head", async () => {
    const share = await newPlainShare()
    const packed = pack([share.session()])
    const { body } = await client.presign(share.id, share.secret, { tickets: [wishOf(packed)] })
    const [ticket] = body.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    for (const extra of [{ head: "AAAA" }, { after: 0 }]) {
      const commit = { segments: [claimOf(ticket, packed)], ...extra }
      const refused = await client.presign(share.id, share.secret, { commit })
      expect([refused.status, refused.body.error?.code]).toEqual([400, "invalid_request"])
    }
  })
})

describe("merging", () => {
  test("[K4] a merge keeps the revision and brings a head of the new list", async () => {
    const share = await newShare()
    const items = [share.session(), share.user("msg_1"), share.text("msg_1", "prt_1", "words")]
    for (const item of items) await share.sync([item])
    await share.merge(items)
    const manifest = await readManifest(world.url, share.id)
    expect([manifest.revision, manifest.epoch, manifest.segments.length]).toEqual([3, 1, 1])
    checkManifest(manifest, await share.sealer.openHead(manifest.head ?? ""))
    await share.sync([share.user("msg_2")])
    expect((await readManifest(world.url, share.id)).segments).toHaveLength(2)
  })

  test("[K4] one that goes by another revision or epoch is 409 and changes nothing", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    await share.sync([share.user("msg_1")])
    const before = await readManifest(world.url, share.id)
    const segment = await share.upload([share.session(), share.user("msg_1")])
    const { segments: replaces } = share.state
    const head = await share.headOf({ segments: [segment.segment] })
    for (const stale of [
      { after: 1, epoch: 0 },
      { after: 2, epoch: 1 },
    ]) {
      const merge = { replaces, segment, head, ...stale }
      expect((await client.presign(share.id, share.secret, { merge })).status).toBe(409)
    }
    const bare = { replaces, segment, epoch: 0 }
    expect((await client.presign(share.id, share.secret, { merge: bare })).status).toBe(400)
    expect(await readManifest(world.url, share.id)).toEqual(before)
  })

  test("[K4] the server asks for merges by sizes, as with any share", async () => {
    const share = await newShare()
    for (let n = 0; n < 16; n++) await share.sync([share.user(`msg_${n}`)])
    const { body } = await client.presign(share.id, share.secret, { tickets: [] })
    expect(body.merge).toEqual(share.state.segments)
  })

  test("[K2] list and head are of one moment, however fast the share changes", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    let done = false
    const writing = (async () => {
      for (let n = 0; n < 12; n++) {
        await share.sync([share.user(`msg_${n}`)])
        if (n % 4 === 3) await share.merge([share.session(), share.user(`msg_${n}`)])
      }
      done = true
    })()
    let looks = 0
    while (!done) {
      const manifest = await readManifest(world.url, share.id)
      checkManifest(manifest, await share.sealer.openHead(manifest.head ?? ""))
      looks++
    }
    await writing
    expect(looks).toBeGreaterThan(5)
  })
})

describe("reading", () => {
  test("[K3] metadata says that it is encrypted and nothing of what is in it", async () => {
    const share = await newShare()
    await share.sync([share.session({ title: "Hidden title" })])
    const { body } = await client.call<MetadataAnswer>("GET", `/api/share/${share.id}/metadata`)
    expect(body).toMatchObject({
      encrypted: true,
      revision: 1,
      messageCount: 0,
      partCount: 0,
      diffCount: 0,
      modelCount: 0,
    })
    expect(body).not.toHaveProperty("title")
    expect(body).not.toHaveProperty("directory")
  })

  test("[K5] what would need the content is 422, and says what to do instead", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    for (const path of [`/api/share/${share.id}`, `/api/share/${share.id}/data`]) {
      const { status, body } = await client.call<{ error?: { code: string; message: string } }>("GET", path)
      expect([status, body.error?.code]).toEqual([422, "unreadable"])
      expect(body.error?.message).toContain("Open its whole link")
    }
    expect((await get(`/share/${share.id}/part/prt_1`)).status).toBe(422)
  })

  test("[K5] the page is a shell that says so, with a script of its own", async () => {
    const share = await newShare()
    await share.sync([share.session({ title: "Hidden title" })])
    const response = await get(`/share/${share.id}`)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain("End-to-end encrypted")
    expect(page).toMatch(/src="\/assets\/encrypted-\w+\.js"/)
    expect(page).not.toContain("Hidden title")
    const plain = await newPlainShare()
    expect(await (await get(`/share/${plain.id}`)).text()).not.toContain("encrypted-")
  })

  test("[K5] list and segments are there for whoever has the link, of encrypted shares alone", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    const [name = ""] = share.state.segments
    const segment = await get(`/api/share/${share.id}/segments/${name}`)
    expect(segment.status).toBe(200)
    expect(segment.headers.get("content-type")).toBe("application/octet-stream")
    expect(segment.headers.get("cache-control")).toBe("no-store")
    expect((await get(`/api/share/${share.id}/segments/${inventedName()}`)).status).toBe(404)
    const plain = await newPlainShare()
    expect((await get(`/api/share/${plain.id}/segments`)).status).toBe(400)
    expect((await get(`/api/share/${plain.id}/segments/${inventedName()}`)).status).toBe(400)
    expect((await get("/api/share/nobodysshare/segments")).status).toBe(404)
    // A secret that is offered is still held to be the right one.
    expect((await client.manifest(share.id, "wrong")).status).toBe(404)
  })

  test("[K6] watchers are told of revisions, and of nothing else", async () => {
    const share = await newShare()
    await share.sync([share.session({ title: "Hidden title" })])
    const events = await readEvents(`${world.url}/api/share/${share.id}/events?revision=1`)
    await share.sync([share.user("msg_1")])
    const event = await events.waitForEvent("the commit", ({ id }) => id === 2)
    expect(event).toMatchObject({ event: "commit", data: { revision: 2 } })
    await share.remove()
    await events.waitForEvent("the end", ({ event }) => event === "gone")
    expect(events.received.map(({ event }) => event)).toEqual(["commit", "gone"])
  })

  test("[K7] a revoked one is 410 wherever it could be read, and its head is forgotten", async () => {
    const share = await newShare()
    await share.sync([share.session()])
    const [name = ""] = share.state.segments
    const head = (await readManifest(world.url, share.id)).head ?? ""
    expect(await share.remove()).toBe(200)
    for (const path of ["", "/data", "/metadata", "/segments", `/segments/${name}`, "/events"]) {
      expect([path, (await get(`/api/share/${share.id}${path}`)).status]).toEqual([path, 410])
    }
    expect((await get(`/share/${share.id}`)).status).toBe(410)
    expect((await world.storedFiles()).filter((file) => file.includes(name))).toEqual([])
    const { body } = await client.reserve({ sessionId: "ses_after", tickets: [] })
    expect(JSON.stringify(await client.manifest(body.shareId, body.secret))).not.toContain(head)
  })
})

test("[K3] nothing that is stored tells what was said: not the objects, not the database", async () => {
  const own = await createWorld()
  try {
    const share = await createEncryptedShare(own.url, "ses_secretive")
    const { session, user, text } = itemsOf("ses_secretive")
    const said = ["an unmistakable title", "/home/unmistakable", "words that are unmistakable too"]
    await share.sync(
      [session({ title: said[0], directory: said[1] }), user("msg_1"), text("msg_1", "prt_1", said[2] ?? "")],
      { title: said[0], directory: said[1] },
    )
    const files = await filesBelow(own.dataDir)
    expect(files.some((file) => file.endsWith(".enc"))).toBe(true)
    expect(files).toContain(join(own.dataDir, "better-share.db"))
    for (const file of files) {
      const bytes = await readFile(file)
      for (const words of [...said, share.keyText, "unmistakable"]) {
        expect([file, bytes.includes(words)]).toEqual([file, false])
      }
    }
  } finally {
    await own.close()
  }
})
