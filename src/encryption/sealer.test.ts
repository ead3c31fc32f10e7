import { createDecipheriv, createHash, hkdfSync } from "node:crypto"
import { gunzipSync, gzipSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import vectors from "../../docs/encryption-vectors.json" with { type: "json" }
import { LIMITS } from "../protocol/limits.ts"
import { fromBase64Url, toBase64Url, toHex } from "./base64url.ts"
import { HEADER_BYTES, open, type Purpose, seal } from "./envelope.ts"
import type { SealFault } from "./seal-error.ts"
import { checkManifest, createSealer, type Head, type Sealer } from "./sealer.ts"
import { importKey, newKeyText, readKeyText, readTarget, withKey, writeFragment } from "./share-key.ts"

const SHARE = "sealedshare0001"
const LINE = JSON.stringify({ type: "session", data: { id: "ses_1", title: "Sealed" } })
const HEAD: Head = {
  v: 1,
  revision: 3,
  segments: [name("1", "a"), name("2", "b"), name("3", "c")],
  title: "Sealed",
  sessionID: "ses_1",
  messageCount: 1,
  partCount: 2,
  diffCount: 0,
  modelCount: 0,
  updatedAt: 1_700_000_000_000,
}

function name(digit: string, hash: string): string {
  return `00000000-0000-4000-8000-00000000000${digit}.${hash.repeat(64)}`
}

function newSealer(shareID = SHARE): Promise<Sealer> {
  return createSealer(shareID, newKeyText())
}

async function faultOf(work: Promise<unknown>): Promise<SealFault | "none"> {
  return work.then(
    () => "none" as const,
    (error) => error.fault,
  )
}

/** Something that only the holder of the key can make: an envelope around whatever bytes. */
async function sealBytes(keyText: string, bytes: Uint8Array): Promise<Uint8Array> {
  return seal(await importKey(SHARE, keyText), "segment", new Uint8Array(bytes))
}

describe("the vectors of docs/encryption.md", () => {
  const { shareID, keyText } = vectors

  test.each(vectors.sealed)(
    "$purpose $salt opens with nothing but node:crypto and the document",
    (vector) => {
      const sealed = Buffer.from(vector.sealed, "base64url")
      const root = Buffer.from(vectors.keyText, "base64url")
      const keyID = Buffer.from(hkdfSync("sha256", root, "", `better-share 1 key-id ${shareID}`, 16))
      const number = { segment: 1, head: 2, deltas: 3, redactions: 4 }[vector.purpose] ?? 0
      expect(sealed.subarray(0, 5)).toEqual(Buffer.from([0x42, 0x53, 0x45, 1, number]))
      expect(sealed.subarray(5, 21)).toEqual(keyID)
      expect(keyID.toString("hex")).toBe(vectors.keyID)
      const salt = sealed.subarray(21, 53)
      expect(salt.toString("hex")).toBe(vector.salt)
      const key = Buffer.from(hkdfSync("sha256", root, salt, `better-share 1 ${vector.purpose}`, 32))
      expect(key.toString("hex")).toBe(vector.derivedKey)
      const additional = Buffer.concat([sealed.subarray(0, 53), Buffer.from(shareID)])
      expect(additional.toString("hex")).toBe(vector.additionalData)
      const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12))
      decipher.setAAD(additional)
      decipher.setAuthTag(sealed.subarray(-16))
      const packed = Buffer.concat([decipher.update(sealed.subarray(53, -16)), decipher.final()])
      expect(packed.toString("base64url")).toBe(vector.packed)
      expect(gunzipSync(packed).toString()).toBe(vector.content)
      expect(createHash("sha256").update(sealed).digest("hex")).toBe(vector.sha256)
    },
  )

  test.each(vectors.sealed)("$purpose $salt is what this room makes and opens", async (vector) => {
    const key = await importKey(shareID, keyText)
    const purpose = vector.purpose as Purpose
    expect(toHex(key.id)).toBe(vectors.keyID)
    const packed = fromBase64Url(vector.packed)
    const salt = new Uint8Array(Buffer.from(vector.salt, "hex"))
    expect(toBase64Url(await seal(key, purpose, packed, salt))).toBe(vector.sealed)
    expect(await open(key, purpose, fromBase64Url(vector.sealed))).toEqual(packed)
  })

  test("segments, head, deltas and redactions say what they should", async () => {
    const sealer = await createSealer(shareID, keyText)
    const [first, second, head, deltas, rule] = vectors.sealed.map(({ sealed }) => sealed)
    const opened = [first, second].map((each) => sealer.openSegment(fromBase64Url(each ?? "")))
    expect((await Promise.all(opened)).map((items) => items.map(({ type }) => type))).toEqual([
      ["session", "message", "part"],
      ["part"],
    ])
    const { segments, title } = await sealer.openHead(head ?? "")
    expect(title).toBe("Grüße aus dem Tresor 🔐")
    expect(segments.map((each) => each.split(".")[1])).toEqual(
      vectors.sealed.slice(0, 2).map(({ sha256 }) => sha256),
    )
    expect(await sealer.openDeltas(deltas ?? "")).toMatchObject([{ partID: "prt_2", text: " And this." }])
    expect(await sealer.openRule(rule ?? "")).toEqual({
      id: "of-the-document",
      kind: "text",
      text: "Grüße aus dem Tresor",
    })
  })

  test.each(vectors.faulty)("$why: $fault", async ({ sealed, fault }) => {
    const sealer = await createSealer(shareID, keyText)
    expect(await faultOf(sealer.openSegment(fromBase64Url(sealed)))).toBe(fault)
  })

  test("the link holds the key", () => {
    expect(readKeyText(new URL(vectors.link).hash)).toBe(keyText)
    expect(withKey(`https://share.example.com/share/${shareID}`, keyText)).toBe(vectors.link)
  })
})

describe("the key in a link", () => {
  test("is read back beside a permalink's target, and only whole", () => {
    const keyText = newKeyText()
    expect(keyText).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(newKeyText()).not.toBe(keyText)
    const fragment = writeFragment({ keyText, target: "msg_1" })
    expect([readKeyText(fragment), readTarget(fragment)]).toEqual([keyText, "msg_1"])
    expect(readTarget(writeFragment({ keyText }))).toBeUndefined()
    expect(readTarget("#msg_1")).toBe("msg_1")
    for (const broken of [
      "",
      "#",
      "#msg_1",
      `#k=${keyText.slice(1)}`,
      `#k=${keyText}x`,
      `#k=${keyText.slice(1)}B`,
    ])
      expect(readKeyText(broken)).toBeUndefined()
  })

  test("a text that is no key is refused", async () => {
    expect(await faultOf(createSealer(SHARE, "short"))).toBe("wrong_key")
  })
})

describe("sealing", () => {
  test("opens to the items that went in, whatever they say", async () => {
    const sealer = await newSealer()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }), async (values) => {
        const lines = values.map((value, at) =>
          JSON.stringify({ type: "note", data: { id: `n${at}`, value } }),
        )
        const sealed = await sealer.sealSegment(lines)
        expect((await sealer.openSegment(sealed.body)).map((item) => JSON.stringify(item))).toEqual(lines)
        expect(sealed.items).toBe(1)
        expect(sealed.contentBytes).toBe(Buffer.byteLength(lines.map((line) => `${line}\n`).join("")))
        expect(sealed.sha256).toBe(createHash("sha256").update(sealed.body).digest("hex"))
        expect(sealed.bytes).toBe(sealed.body.byteLength)
      }),
      { numRuns: 40 },
    )
  })

  test("the same twice is not the same", async () => {
    const sealer = await newSealer()
    const [one, two] = [await sealer.sealSegment([LINE]), await sealer.sealSegment([LINE])]
    expect(Buffer.from(one.body).equals(two.body)).toBe(false)
    expect(Buffer.from(one.body.subarray(HEADER_BYTES)).equals(two.body.subarray(HEADER_BYTES))).toBe(false)
  })

  test("any changed bit is seen", async () => {
    const sealer = await newSealer()
    const { body } = await sealer.sealSegment([LINE])
    for (let at = 0; at < body.length; at++) {
      const changed = body.slice()
      changed[at] = (changed[at] ?? 0) ^ 0x80
      expect(await faultOf(sealer.openSegment(changed))).not.toBe("none")
    }
  })

  test("another key, another share, another purpose open nothing", async () => {
    const keyText = newKeyText()
    const sealer = await createSealer(SHARE, keyText)
    const { body } = await sealer.sealSegment([LINE])
    expect(await faultOf((await newSealer()).openSegment(body))).toBe("wrong_key")
    expect(await faultOf((await createSealer("anothershare001", keyText)).openSegment(body))).toBe(
      "wrong_key",
    )
    expect(await faultOf(sealer.openHead(toBase64Url(body)))).toBe("tampered")
    expect(await faultOf(sealer.openDeltas(await sealer.sealHead(HEAD)))).toBe("tampered")
  })

  test("a segment that stands under another's name is seen", async () => {
    const sealer = await newSealer()
    const [one, two] = [await sealer.sealSegment([LINE]), await sealer.sealSegment([LINE])]
    const uuid = crypto.randomUUID()
    expect(await sealer.openNamedSegment(`${uuid}.${one.sha256}`, one.body)).toHaveLength(1)
    expect(await faultOf(sealer.openNamedSegment(`${uuid}.${one.sha256}`, two.body))).toBe("tampered")
  })

  test("what the holder of the key seals is held to what a share may hold", async () => {
    const keyText = newKeyText()
    const sealer = await createSealer(SHARE, keyText)
    const deep = `${"[".repeat(LIMITS.jsonDepth + 1)}${"]".repeat(LIMITS.jsonDepth + 1)}`
    const many = `[${"0,".repeat(LIMITS.itemValues + 1)}0]`
    const contents: [string, string][] = [
      ["no line end", `${LINE} `],
      ["no JSON", "{\n"],
      ["no item", "{}\n"],
      ["nests too deep", `{"type":"note","data":${deep}}\n`],
      ["too many values", `{"type":"note","data":${many}}\n`],
    ]
    for (const [what, content] of contents) {
      const body = await sealBytes(keyText, gzipSync(content))
      expect([what, await faultOf(sealer.openSegment(body))]).toEqual([what, "format"])
    }
    const noGzip = await sealBytes(keyText, Buffer.from("not gzip"))
    expect(await faultOf(sealer.openSegment(noGzip))).toBe("format")
    const notUtf8 = await sealBytes(keyText, gzipSync(Buffer.from([0xff, 0x0a])))
    expect(await faultOf(sealer.openSegment(notUtf8))).toBe("format")
  })

  test("a bomb is given up before it fills the memory", async () => {
    const keyText = newKeyText()
    const sealer = await createSealer(SHARE, keyText)
    const bomb = gzipSync(Buffer.alloc(LIMITS.sealedContentBytes + 1))
    expect(bomb.length).toBeLessThan(100_000)
    await expect(sealer.openSegment(await sealBytes(keyText, bomb))).rejects.toMatchObject({
      fault: "format",
      message: expect.stringContaining("unpacks to more"),
    })
  })

  test("more than a segment may hold is not sealed", async () => {
    const sealer = await newSealer()
    const line = "x".repeat(LIMITS.sealedContentBytes)
    expect(await faultOf(sealer.sealSegment([line]))).toBe("too_large")
  })
})

describe("the head", () => {
  test("comes back as it was", async () => {
    const sealer = await newSealer()
    expect(await sealer.openHead(await sealer.sealHead(HEAD))).toEqual(HEAD)
  })

  test("of as many segments as a share may have fits into a commit", async () => {
    const sealer = await newSealer()
    const hex = (bytes: number) => toHex(crypto.getRandomValues(new Uint8Array(bytes)))
    const segments = Array.from({ length: LIMITS.sealedSegments }, () => `${crypto.randomUUID()}.${hex(32)}`)
    const unpackable = hex(500).replace(/../g, (pair) =>
      String.fromCharCode(0x4e00 + Number.parseInt(pair, 16)),
    )
    const sealed = await sealer.sealHead({ ...HEAD, segments, title: unpackable, directory: unpackable })
    expect(sealed.length).toBeLessThanOrEqual(LIMITS.headChars)
  })

  test("holds the server to revision, names and order", () => {
    const listed = (segments: readonly string[], revision = 3) => ({
      revision,
      segments: segments.map((segment) => ({ segment })),
    })
    const [a = "", b = "", c = ""] = HEAD.segments
    const other = name("4", "d")
    expect(() => checkManifest(listed([a, b, c]), HEAD)).not.toThrow()
    const lies: [string, ReturnType<typeof listed>][] = [
      ["dropped", listed([a, c])],
      ["dropped at the end", listed([a, b])],
      ["reordered", listed([b, a, c])],
      ["replayed", listed([a, b, b, c])],
      ["swapped", listed([a, other, c])],
      ["added", listed([a, b, c, other])],
      ["older head", listed([a, b, c], 4)],
      ["newer head", listed([a, b, c], 2)],
    ]
    for (const [what, lie] of lies) expect(() => checkManifest(lie, HEAD), what).toThrow(/segments|revision/i)
  })
})
