import { afterEach, describe, expect, test } from "vitest"
import type { Passing } from "../../src/protocol/passing.ts"
import type { Notifier, ShareNews } from "../../src/shares/ports.ts"

/** What every Notifier does, whatever it stands on. */
export function notifierContract(
  name: string,
  open: () => Promise<Notifier>,
  { shared }: { shared: boolean },
) {
  describe(`notifier: ${name}`, () => {
    const opened: Notifier[] = []
    let count = 0
    afterEach(async () => {
      for (const notifier of opened.splice(0)) await notifier.close()
    })

    async function begin() {
      const notifier = await open()
      opened.push(notifier)
      // Its own in every test: news of the last one may still be on its way.
      const a = `a${++count}`
      const publish = (revision: number, state: ShareNews["state"] = "active") =>
        notifier.publish({ shareID: a, revision, state })
      return { notifier, a, publish }
    }

    test("tells a share's subscribers at once, in order, and nobody else", async () => {
      const { notifier, a, publish } = await begin()
      const heard: ShareNews[] = []
      const other: ShareNews[] = []
      notifier.subscribe(a, (news) => heard.push(news))
      notifier.subscribe("b", (news) => other.push(news))
      for (const revision of [1, 2, 3]) publish(revision)
      publish(3, "revoked")
      expect(heard).toEqual([
        ...[1, 2, 3].map((revision) => ({ shareID: a, revision, state: "active" })),
        { shareID: a, revision: 3, state: "revoked" },
      ])
      expect(other).toEqual([])
    })

    test("tells each piece of news once, and nothing older after it", async () => {
      const { notifier, a, publish } = await begin()
      const heard: number[] = []
      notifier.subscribe(a, ({ revision }) => heard.push(revision))
      for (const revision of [1, 3, 2, 3]) publish(revision)
      expect(heard).toEqual([1, 3])
    })

    test("tells nothing after the subscription's end, and ends it once", async () => {
      const { notifier, a, publish } = await begin()
      const heard: ShareNews[] = []
      const listener = (news: ShareNews) => heard.push(news)
      const end = notifier.subscribe(a, listener)
      const stay: ShareNews[] = []
      notifier.subscribe(a, (news) => stay.push(news))
      end()
      notifier.subscribe(a, listener)
      end()
      publish(1)
      expect(heard).toHaveLength(1)
      expect(stay).toHaveLength(1)
    })

    test("a subscriber may leave while it is told", async () => {
      const { notifier, a, publish } = await begin()
      const heard: number[] = []
      const end = notifier.subscribe(a, ({ revision }) => {
        heard.push(revision)
        end()
      })
      publish(1)
      publish(2)
      expect(heard).toEqual([1])
    })

    const words = (text: string): Passing => ({
      deltas: [{ sessionID: "ses_1", messageID: "msg_1", partID: "prt_1", field: "text", from: 0, text }],
    })

    test("[V1] counts who watches which share here, until nobody does", async () => {
      const { notifier, a } = await begin()
      expect(notifier.viewers(a)).toBe(0)
      notifier.setViewers(a, 2)
      notifier.setViewers(`${a}-other`, 5)
      expect([notifier.viewers(a), notifier.viewers(`${a}-other`)]).toEqual([2, 5])
      notifier.setViewers(a, 1)
      expect(notifier.viewers(a)).toBe(1)
      notifier.setViewers(a, 0)
      expect(notifier.viewers(a)).toBe(0)
    })

    test("[V3] hands passing text to a share's listeners at once, in order, and to nobody else", async () => {
      const { notifier, a } = await begin()
      const heard: Passing[] = []
      const other: Passing[] = []
      notifier.hear(a, (passing) => heard.push(passing))
      notifier.hear(`${a}-other`, (passing) => other.push(passing))
      const passed = [words("one"), words("one"), { sealed: "c2VhbGVk" }]
      for (const passing of passed) notifier.pass(a, passing)
      expect(heard).toEqual(passed)
      expect(other).toEqual([])
    })

    test("[V3] hands nothing on after a listener's end, and ends it once", async () => {
      const { notifier, a } = await begin()
      const heard: Passing[] = []
      const listener = (passing: Passing) => heard.push(passing)
      const end = notifier.hear(a, listener)
      notifier.hear(a, listener)
      end()
      end()
      notifier.pass(a, words("one"))
      expect(heard).toHaveLength(1)
    })

    test("says whether there may be other nodes", async () => {
      expect((await begin()).notifier.shared).toBe(shared)
    })

    test("is fresh once it is open", async () => {
      const { notifier } = await begin()
      expect(notifier.isFresh()).toBe(true)
    })
  })
}
