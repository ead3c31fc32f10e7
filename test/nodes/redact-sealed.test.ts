import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createSealer, type Sealer } from "../../src/encryption/sealer.ts"
import { newKeyText } from "../../src/encryption/share-key.ts"
import type { Item } from "../../src/protocol/item.ts"
import { segmentKey } from "../../src/shares/segment.ts"
import type { Shares } from "../../src/shares/shares.ts"
import { sealRedaction } from "../../src/viewer/browser/encrypted/seal-redaction.ts"
import { chunks, collect } from "../contracts/blobs.ts"
import { linesOf } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createCrashPoint } from "./crash-point.ts"
import { once, STACKS, type Stack } from "./stack.ts"

const SECRET = "hunter2-hunter2"
const HOUR = 3600_000
let sessions = 0

interface Share {
  id: string
  secret: string
  sessionID: string
  sealer: Sealer
}

for (const [name, open] of Object.entries(STACKS)) {
  describe(name, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await open()
    })
    afterAll(() => stack.close())

    async function newShare(node: Shares): Promise<Share> {
      const sessionID = `ses_sealed${++sessions}`
      const who = { sessionID, creator: "me", address: "here", shareID: undefined, encrypted: true }
      const { share, secret } = await node.reserve({ ...who, tickets: [] })
      const sealer = await createSealer(share.id, newKeyText())
      const written = { id: share.id, secret, sessionID, sealer }
      const { session, user, text } = itemsOf(sessionID)
      await commit(node, written, [session({ title: SECRET }), user("msg")])
      await commit(node, written, [text("msg", "prt_1", `one ${SECRET}`)])
      return written
    }

    /** As its author does it; resolves to whether it was taken. */
    async function commit(node: Shares, share: Share, items: Item[], redactions = 0): Promise<boolean> {
      const { id: shareID, secret, sealer } = share
      const { revision: after, epoch, segments } = await node.manifest({ shareID, secret })
      const { body, ...sealed } = await sealer.sealSegment(linesOf(items))
      const segmentID = `${crypto.randomUUID()}.${sealed.sha256}`
      await stack.blobs.put(
        segmentKey({ id: shareID, generation: 0, encrypted: true }, segmentID),
        chunks(Buffer.from(body)),
      )
      const head = await headOf(share, {
        revision: after + 1,
        segments: [...segments.map(({ id }) => id), segmentID],
      })
      const change = {
        segments: [{ segmentID, ...sealed }],
        metadata: undefined,
        after,
        epoch,
        head,
        redactions,
      }
      const refused = await node.presign({ shareID, secret, commit: change }).then(
        () => undefined,
        ({ code }) => code,
      )
      expect([undefined, "conflict"]).toContain(refused)
      return refused === undefined
    }

    function headOf({ sealer, sessionID }: Share, of: { revision: number; segments: string[] }) {
      const counts = { messageCount: 1, partCount: 1, diffCount: 0, modelCount: 0 }
      return sealer.sealHead({ v: 1, ...of, title: SECRET, sessionID, updatedAt: 1, ...counts })
    }

    /** As its owner's page does it. */
    async function redact(node: Shares, { id: shareID, secret, sealer }: Share, rule = "the-rule") {
      const { revision, epoch, head = "", segments } = await node.manifest({ shareID, secret })
      const versions = await Promise.all(segments.map(({ objectKey }) => contentAt(objectKey, sealer)))
      const credentials = { secret }
      const change = await sealRedaction({
        opened: { revision, epoch, head: await sealer.openHead(head), versions },
        rules: [{ id: rule, kind: "text", text: SECRET }],
        sealer,
        put: (segmentID, { body, bytes, sha256 }) =>
          node.putSealed({ shareID, credentials, segmentID, wish: { bytes, sha256 }, body: once(body) }),
        now: () => 1,
        newID: () => crypto.randomUUID(),
        pause: () => undefined,
      })
      return node.redactSealed({
        ...{ shareID, credentials, rules: change.rules, items: change.items },
        segments: change.segments.map(({ segment, ...rest }) => ({ segmentID: segment, ...rest })),
        change: { revision: change.after, epoch: change.epoch, head: change.head },
      })
    }

    async function contentAt(key: string, sealer: Sealer): Promise<Item[]> {
      return sealer.openSegment(await collect(await stack.blobs.get(key)))
    }

    /** What the list names, opened; and what all objects are. */
    async function look({ id, sealer }: Share) {
      const listed = (await stack.meta.segments(id)).map(({ objectKey }) => objectKey)
      const content = await Promise.all(listed.map((key) => contentAt(key, sealer)))
      return { listed: listed.sort(), text: JSON.stringify(content), keys: await stack.keys(`shares/${id}/`) }
    }

    test("[Z12] a crash between any two calls leaves the share as it was or as it is to be, and nothing unswept", async () => {
      const seen = new Set<string>()
      const shares: Share[] = []
      for (let dieBefore = 1; ; dieBefore++) {
        const share = await newShare(stack.node())
        shares.push(share)
        const mortal = createCrashPoint(stack, dieBefore)
        await redact(stack.node(mortal), share).catch((error: unknown) => {
          if (!mortal.crashed) throw error
        })
        const isThere = ((await stack.meta.findShare(share.id))?.redactions ?? 0) > 0
        const { text } = await look(share)
        expect([text.includes(SECRET), text.includes("one ")]).toEqual([!isThere, true])
        // Its owner was not answered and asks again; or nobody does, and another node goes on.
        const next = stack.node()
        if (isThere) await next.upkeep()
        else await redact(next, share)
        expect((await look(share)).text).toContain("one [redacted]")
        expect(await stack.meta.unredacted(share.id)).toEqual([])
        for (const call of mortal.calls) seen.add(call)
        if (!mortal.crashed) break
      }
      for (const call of ["meta.noteTicket", "blobs.put", "meta.redactSealed", "blobs.delete"]) {
        expect(seen).toContain(call)
      }
      stack.clock.now += 3 * HOUR
      await stack.node().sweep()
      stack.clock.now -= 3 * HOUR
      for (const share of shares) {
        const { listed, keys } = await look(share)
        expect(keys).toEqual(listed)
      }
    })

    test("[Z14] commits and redactions on several nodes at once: nothing is lost, and nothing comes back", async () => {
      const [a, b] = [stack.node(), stack.node()]
      const share = await newShare(a)
      const { text } = itemsOf(share.sessionID)
      let known = 0
      const redacting = (async () => {
        // Overtaken, be it while it reads: as the page does, it begins anew.
        const tryOnce = () =>
          redact(b, share).then(
            () => true,
            () => false,
          )
        for (let done = false; !done; ) done = await tryOnce()
      })()
      for (let n = 0; n < 12; n++) {
        // Its author learns of the rule by being refused.
        const item = () => text("msg", `prt_${n}`, known > 0 ? `${n}: [redacted]` : `${n}: ${SECRET}`)
        while (!(await commit(a, share, [item()], known))) {
          known = (await stack.meta.findShare(share.id))?.redactions ?? 0
        }
        if (n === 8) await redacting
      }
      await a.idle()
      await b.upkeep()
      const now = await look(share)
      for (let n = 0; n < 12; n++) expect(now.text).toContain(`"${n}: [redacted]"`)
      expect(now.text).not.toContain(SECRET)
      expect(known).toBe(1)
    })
  })
}
