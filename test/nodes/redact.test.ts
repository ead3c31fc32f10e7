import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createMachine } from "../../src/host/machine.ts"
import type { Item } from "../../src/protocol/item.ts"
import { plainKey, segmentKey } from "../../src/shares/segment.ts"
import type { Shares } from "../../src/shares/shares.ts"
import { chunks, collect } from "../contracts/blobs.ts"
import { pack } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createCrashPoint } from "./crash-point.ts"
import { once, STACKS, type Stack } from "./stack.ts"

const SECRET = "hunter2-hunter2"
const RULES = [{ id: "the-rule", kind: "text", text: SECRET }] as const

interface Share {
  id: string
  secret: string
  sessionID: string
  write(node: Shares, items: Item[]): Promise<unknown>
}

let sessions = 0
const who = () => ({ sessionID: `ses_redacted${++sessions}`, creator: "me", address: "here" })

async function newNative(node: Shares): Promise<Share> {
  const { sessionID, ...rest } = who()
  const { id, secret } = await node.create({ sessionID, ...rest })
  const write = (by: Shares, items: Item[]) => by.append({ shareID: id, secret, items: once(items) })
  return { id, secret, sessionID, write }
}

const KINDS: Record<string, (stack: Stack, node: Shares) => Promise<Share>> = {
  native: (_, node) => newNative(node),

  async direct(stack, node) {
    const { share, secret } = await node.reserve({ ...who(), shareID: undefined, tickets: [] })
    return {
      id: share.id,
      secret,
      sessionID: share.sessionID,
      async write(by, items) {
        const { body, ...packed } = pack(items)
        const segmentID = `${crypto.randomUUID()}.${packed.sha256}`
        await stack.blobs.put(segmentKey(share, segmentID), chunks(body))
        const commit = { segments: [{ segmentID, ...packed }], metadata: undefined }
        return by.presign({ shareID: share.id, secret, commit })
      },
    }
  },

  async plain(stack, node) {
    const { share, secret } = await node.reserve({ ...who(), shareID: undefined, tickets: undefined })
    const all: Item[] = []
    return {
      id: share.id,
      secret,
      sessionID: share.sessionID,
      async write(by, items) {
        all.push(...items)
        const of = (type: string) => all.filter((item) => item.type === type).map(({ data }) => data)
        const messages = [{ info: of("message").at(0), parts: of("part") }]
        const json = JSON.stringify({ session: of("session").at(0), messages })
        await stack.blobs.put(plainKey(share), chunks(json))
        stack.clock.now += 1_001
        return by.read(share.id)
      },
    }
  },
}

function said({ sessionID }: Share, n: number): Item[] {
  const { session, user, text } = itemsOf(sessionID)
  const part = text("msg", `prt_${n}`, `${n}: ${SECRET}`)
  return n === 0 ? [session({ title: SECRET }), user("msg"), part] : [part]
}

for (const [name, open] of Object.entries(STACKS)) {
  describe(name, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await open()
    })
    afterAll(() => stack.close())

    /** All that is stored of a share. */
    async function stored({ id }: Share): Promise<string> {
      const keys = [...(await stack.keys(`shares/${id}/`)), ...(await stack.keys(`sessions/${id}.json`))]
      const texts = keys.map(async (key) => {
        const bytes = await stack.blobs.get(key)
        const plain = bytes && (key.endsWith(".br") ? createMachine().decompress(bytes) : bytes)
        return (await collect(plain)).toString()
      })
      return (await Promise.all(texts)).join("\n")
    }

    async function shown({ id }: Share, node = stack.node()): Promise<string> {
      const { share, fold } = await node.read(id)
      return JSON.stringify([share.metadata, ...fold.items()])
    }

    for (const [kind, create] of Object.entries(KINDS)) {
      test(`[Z1] [Z2] ${kind}: a crash between any two calls shows nothing and leaves nothing`, async () => {
        const seen = new Set<string>()
        for (let dieBefore = 1; ; dieBefore++) {
          const author = stack.node()
          const share = await create(stack, author)
          for (const n of [0, 1, 2]) await share.write(author, said(share, n))
          const mortal = createCrashPoint(stack, dieBefore)
          const node = stack.node(mortal)
          const asked = { shareID: share.id, credentials: { secret: share.secret }, rules: RULES }
          await node.redact(asked).catch((error: unknown) => {
            if (!mortal.crashed) throw error
          })
          const isThere = ((await stack.meta.findShare(share.id))?.redactions ?? 0) > 0
          expect((await shown(share)).includes(SECRET)).toBe(!isThere)
          // Its client was not answered and asks again; or nobody does, and another node goes on.
          const next = stack.node()
          if (isThere) await next.upkeep()
          else await next.redact(asked)
          expect(await stored(share)).not.toContain(SECRET)
          expect(await stack.meta.unredacted(share.id)).toEqual([])
          const text = await shown(share)
          expect(text).not.toContain(SECRET)
          for (const n of [0, 1, 2]) expect(text).toContain(`${n}: [redacted]`)
          for (const call of mortal.calls) seen.add(call)
          await stack.node().revoke({ shareID: share.id, secret: share.secret })
          if (!mortal.crashed) break
        }
        for (const call of ["meta.addRedactions", "blobs.put"]) expect(seen).toContain(call)
        expect(seen).toContain(kind === "plain" ? "meta.redactPlain" : "meta.redactSegment")
      })
    }

    test("[Z3] syncs, merges, readings and redactions at once: nothing is lost, and nothing is left", async () => {
      const [a, b, c] = [stack.node(), stack.node(), stack.node()]
      const share = await newNative(a)
      const count = 60
      const asked = { shareID: share.id, credentials: { secret: share.secret } }
      const redact = (node: Shares, text: string) =>
        node.redact({ ...asked, rules: [{ kind: "text", text }] })
      await share.write(a, said(share, 0))
      let reading = true
      const writing = (async () => {
        for (let n = 1; n < count; n++) await share.write(n % 2 ? a : b, said(share, n))
      })().finally(() => {
        reading = false
      })
      const readings = (async () => {
        // With SQLite a reading waits for nothing, so others would never have their turn.
        for (; reading; await new Promise((resolve) => setImmediate(resolve))) await shown(share, c)
      })()
      await redact(c, "nothing-at-all")
      const { revision } = await redact(a, SECRET)
      const behind = await c.read(share.id)
      expect(behind.share.revision).toBeGreaterThanOrEqual(revision)
      expect(JSON.stringify([...behind.fold.items()])).not.toContain(SECRET)
      await redact(b, "hunter2-h")
      await Promise.all([writing, readings])
      for (const node of [a, b, c]) await node.idle()
      await stack.node().upkeep()
      expect(await stored(share)).not.toContain(SECRET)
      expect(await stack.meta.unredacted(share.id)).toEqual([])
      const text = await shown(share)
      expect(text).not.toContain("hunter2-h")
      for (let n = 0; n < count; n++) expect(text).toContain(`"${n}: [redacted]`)
      const segments = await stack.meta.segments(share.id)
      expect(segments.length).toBeLessThan(count)
      expect(await stack.keys(`shares/${share.id}/`)).toEqual(segments.map((s) => s.objectKey).sort())
    })

    test("[Z2] a share of large segments, written in several goes, is clean as well", async () => {
      const node = stack.node()
      for (const kind of ["native", "direct"] as const) {
        const share = await (KINDS[kind] as (typeof KINDS)[string])(stack, node)
        const { session, user, text } = itemsOf(share.sessionID)
        const words = Array.from({ length: 40 }, (_, n) =>
          text("msg", `prt_${n}`, `${n} ${"words ".repeat(20_000)}${n % 7 ? "" : SECRET}`),
        )
        await share.write(node, [session(), user("msg"), ...words])
        const receipt = await node.redact({
          shareID: share.id,
          credentials: { secret: share.secret },
          rules: RULES,
        })
        expect(receipt).toMatchObject({ occurrences: 6, items: 6, segments: 1, objectsDeleted: 1 })
        expect(await stored(share)).not.toContain(SECRET)
        expect([...(await stack.node().read(share.id)).fold.items()]).toHaveLength(42)
      }
    })

    test("[Z2] an item that outgrows its limit by what stands in it loses all of its content", async () => {
      const node = stack.node()
      const share = await (KINDS.direct as (typeof KINDS)[string])(stack, node)
      const { session, text } = itemsOf(share.sessionID)
      await share.write(node, [session(), text("msg", "prt", "word".repeat(2_000_000))])
      await node.redact({
        shareID: share.id,
        credentials: { secret: share.secret },
        rules: [{ kind: "text", text: "word" }],
      })
      const [, part] = (await stack.node().read(share.id)).fold.items()
      expect(part).toEqual(text("msg", "prt", "[redacted]"))
    })

    test("[Z2] what cannot be read is left, and keeps nothing else from being written anew", async () => {
      const node = stack.node()
      const share = await (KINDS.direct as (typeof KINDS)[string])(stack, node)
      await share.write(node, said(share, 0))
      const row = await stack.meta.findShare(share.id)
      const sha256 = "0".repeat(64)
      const segmentID = `${crypto.randomUUID()}.${sha256}`
      await stack.blobs.put(
        segmentKey({ id: share.id, generation: row?.generation ?? 0 }, segmentID),
        chunks("no Brotli"),
      )
      const bad = { segmentID, sha256, bytes: 9, items: 1, contentBytes: 9 }
      await node.presign({ ...share, shareID: share.id, commit: { segments: [bad], metadata: undefined } })
      await share.write(node, said(share, 1))
      const receipt = await node.redact({
        shareID: share.id,
        credentials: { secret: share.secret },
        rules: RULES,
      })
      expect(receipt).toMatchObject({ segments: 2, final: false })
      const keys = (await stack.meta.segments(share.id)).map(({ redactions }) => redactions)
      expect(keys).toEqual([1, 0, 1])
    })
  })
}
