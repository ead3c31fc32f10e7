import { describe, expect, test } from "vitest"
import type { Notifier, ShareNews } from "../../src/shares/ports.ts"

/** What every Notifier does, whatever it stands on. */
export function notifierContract(name: string, open: () => Notifier) {
  describe(`notifier: ${name}`, () => {
    test("tells a share's subscribers, in order, and nobody else", () => {
      const notifier = open()
      const heard: ShareNews[] = []
      const other: ShareNews[] = []
      notifier.subscribe("a", (news) => heard.push(news))
      notifier.subscribe("b", (news) => other.push(news))
      for (const revision of [1, 2, 3]) notifier.publish({ shareID: "a", revision, state: "active" })
      expect(heard.map(({ revision }) => revision)).toEqual([1, 2, 3])
      expect(other).toEqual([])
    })

    test("tells nothing after the subscription's end, and ends it once", () => {
      const notifier = open()
      const heard: ShareNews[] = []
      const end = notifier.subscribe("a", (news) => heard.push(news))
      const stay: ShareNews[] = []
      notifier.subscribe("a", (news) => stay.push(news))
      end()
      end()
      notifier.publish({ shareID: "a", revision: 1, state: "active" })
      expect(heard).toEqual([])
      expect(stay).toHaveLength(1)
    })

    test("a subscriber may leave while it is told", () => {
      const notifier = open()
      const heard: number[] = []
      const end = notifier.subscribe("a", ({ revision }) => {
        heard.push(revision)
        end()
      })
      notifier.publish({ shareID: "a", revision: 1, state: "active" })
      notifier.publish({ shareID: "a", revision: 2, state: "active" })
      expect(heard).toEqual([1])
    })
  })
}
