import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import type { Ticket, TicketRequest } from "../../src/shares/ports.ts"
import type { OpenedStore } from "./blob-store.ts"
import { listed, text } from "./blobs.ts"

const TYPE = "application/x-ndjson"
const BODY = "one line\nanother\n"
const HOUR_MS = 3_600_000

/** What a ticket admits and what not, by really sending bodies to it. */
export function ticketContract(opened: () => OpenedStore): void {
  let tickets = 0

  /** A ticket for `BODY`, once, under a key of its own. */
  function exactTicket(changes: Partial<TicketRequest> = {}, body = BODY): Promise<Ticket> {
    return plainTicket({ exact: { bytes: Buffer.byteLength(body), sha256: sha256(body) }, ...changes })
  }

  function plainTicket(changes: Partial<TicketRequest> = {}): Promise<Ticket> {
    tickets += 1
    const key = `shares/tickets/${tickets}/Segment-1.br`
    return opened().store.ticket({ key, contentType: TYPE, expiresAt: Date.now() + HOUR_MS, ...changes })
  }

  async function expectRefused(ticket: Ticket, body: string, key = ticket.key): Promise<void> {
    const status = await send(ticket, body)
    expect(status, ticket.url).toBeGreaterThanOrEqual(400)
    expect(status, ticket.url).toBeLessThan(500)
    expect(await opened().store.head(key)).toBeUndefined()
    expect(await listed(opened().store, key)).toEqual([])
  }

  describe("a ticket for one body", () => {
    test("says what to send, where and until when", async () => {
      const expiresAt = Date.now() + HOUR_MS
      const ticket = await exactTicket({ expiresAt })
      expect(ticket).toMatchObject({ method: "PUT", headers: { "content-type": TYPE } })
      expect(ticket.expiresAt).toBeLessThanOrEqual(expiresAt)
      expect(ticket.expiresAt).toBeGreaterThan(expiresAt - 1000)
    })

    test("takes that body, which then is there to read", async () => {
      const ticket = await exactTicket()
      expect(await send(ticket, BODY)).toBe(200)
      expect(await text(opened().store, ticket.key)).toBe(BODY)
      expect(await opened().store.head(ticket.key)).toMatchObject({ key: ticket.key, size: BODY.length })
      expect(await opened().leftovers()).toEqual([])
    })

    test("takes an empty body, when it is for one", async () => {
      const ticket = await exactTicket({}, "")
      expect(await send(ticket, "")).toBe(200)
      expect(await text(opened().store, ticket.key)).toBe("")
    })

    test.each([
      ["a larger body", `${BODY}more`],
      ["a much larger body", BODY.repeat(500_000)],
      ["a smaller body", BODY.slice(1)],
      ["an empty body", ""],
      ["another body of the same length", BODY.replace("one", "two")],
    ])("refuses %s, and stores nothing", async (_, body) => {
      const ticket = await exactTicket()
      await expectRefused(ticket, body)
      // The refusal has not used it up.
      expect(await send(ticket, BODY)).toBe(200)
    })

    test("refuses another type, and none", async () => {
      const ticket = await exactTicket()
      await expectRefused({ ...ticket, headers: { ...ticket.headers, "content-type": "text/html" } }, BODY)
      const { "content-type": _, ...headers } = ticket.headers
      await expectRefused({ ...ticket, headers }, BODY)
    })

    test("refuses an address with anything in it changed", async () => {
      const ticket = await exactTicket()
      for (const name of new URL(ticket.url).searchParams.keys()) {
        for (const change of [flipLast, (value: string) => `${value}0`, () => ""]) {
          const url = new URL(ticket.url)
          url.searchParams.set(name, change(url.searchParams.get(name) ?? ""))
          await expectRefused({ ...ticket, url: url.href }, BODY)
        }
        const url = new URL(ticket.url)
        url.searchParams.delete(name)
        await expectRefused({ ...ticket, url: url.href }, BODY)
      }
    })

    test("refuses to store under another key", async () => {
      const ticket = await exactTicket()
      for (const key of ["shares/tickets/other/1.br", ticket.key.toLowerCase(), `${ticket.key}.br`]) {
        await expectRefused({ ...ticket, url: ticket.url.replace(ticket.key, key) }, BODY, key)
      }
    })

    test("refuses everything once it has expired", async () => {
      const past = await opened().at(() => Date.now() - 2 * HOUR_MS)
      const key = "shares/tickets/expired/1.br"
      const exact = { bytes: BODY.length, sha256: sha256(BODY) }
      const expired = await past.ticket({ key, contentType: TYPE, expiresAt: Date.now() - 1000, exact })
      await expectRefused(expired, BODY)
      const good = await past.ticket({ key, contentType: TYPE, expiresAt: Date.now() + HOUR_MS, exact })
      expect(await send(good, BODY)).toBe(200)
    })

    test("works once", async () => {
      const ticket = await exactTicket()
      expect(await send(ticket, BODY)).toBe(200)
      expect([409, 412]).toContain(await send(ticket, BODY))
      expect(await text(opened().store, ticket.key)).toBe(BODY)
    })

    test("does not replace what the store itself has put there", async () => {
      const ticket = await exactTicket()
      await opened().store.put(ticket.key, new Blob(["mine"]).stream())
      expect([409, 412]).toContain(await send(ticket, BODY))
      expect(await text(opened().store, ticket.key)).toBe("mine")
    })

    test("of twenty uploads at once, one is taken", async () => {
      const body = BODY.repeat(20_000)
      const ticket = await exactTicket({}, body)
      const statuses = await Promise.all(Array.from({ length: 20 }, () => send(ticket, body)))
      expect(statuses.filter((status) => status === 200)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409 || status === 412)).toHaveLength(19)
      expect(await text(opened().store, ticket.key)).toBe(body)
      expect(await opened().leftovers()).toEqual([])
    })
  })

  describe("a plain ticket", () => {
    test("takes any body of its type, again and again", async () => {
      const ticket = await plainTicket()
      for (const body of ["{}", `{"a": "${BODY.repeat(10)}"}`, ""]) {
        expect(await send(ticket, body)).toBe(200)
        expect(await text(opened().store, ticket.key)).toBe(body)
      }
    })

    test("refuses another type, another key, and a changed address", async () => {
      const ticket = await plainTicket()
      await expectRefused({ ...ticket, headers: { "content-type": "text/html" } }, BODY)
      const other = "shares/tickets/elsewhere/1"
      await expectRefused({ ...ticket, url: ticket.url.replace(ticket.key, other) }, BODY, other)
      for (const name of new URL(ticket.url).searchParams.keys()) {
        const url = new URL(ticket.url)
        url.searchParams.set(name, flipLast(url.searchParams.get(name) ?? ""))
        await expectRefused({ ...ticket, url: url.href }, BODY)
      }
    })

    test("refuses everything once it has expired", async () => {
      const past = await opened().at(() => Date.now() - 2 * HOUR_MS)
      const key = "shares/tickets/expired/plain"
      await expectRefused(await past.ticket({ key, contentType: TYPE, expiresAt: Date.now() - 1000 }), BODY)
    })
  })

  test("no ticket is made for what no store could grant", async () => {
    const { store } = opened()
    const good = { key: "a/b", contentType: TYPE, expiresAt: Date.now() + HOUR_MS }
    const exact = { bytes: 1, sha256: sha256("x") }
    for (const wrong of [
      { key: "../b" },
      { contentType: "text/plain\nx: y" },
      { exact: { ...exact, bytes: -1 } },
      { exact: { ...exact, sha256: sha256("x").toUpperCase() } },
    ]) {
      await expect(store.ticket({ ...good, ...wrong }), JSON.stringify(wrong)).rejects.toThrow(TypeError)
    }
    for (const expiresAt of [Date.now() - 1000, Date.now() + 8 * 24 * HOUR_MS, Number.NaN]) {
      await expect(store.ticket({ ...good, expiresAt })).rejects.toThrow(RangeError)
    }
  })
}

/** Resolves to the answer's status. */
async function send({ method, url, headers }: Ticket, body: string): Promise<number> {
  // As bytes: a string would get a content-type of its own.
  const response = await fetch(url, { method, headers, body: Buffer.from(body) })
  await response.text()
  return response.status
}

/** Another last character, of the same kind. */
function flipLast(value: string): string {
  const last = value.at(-1) ?? "0"
  return value.slice(0, -1) + (last === "1" ? "2" : "1")
}

function sha256(body: string): string {
  return createHash("sha256").update(body).digest("hex")
}
