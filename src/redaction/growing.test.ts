import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createCorpus, shows } from "../../test/corpus/corpus.ts"
import { LONGEST_LINE } from "./lines.ts"
import { redactorWith } from "./test-redactor.ts"

const { secrets, harmless } = createCorpus({ each: 2 })

const filler = fc.oneof(
  fc.lorem({ maxCount: 12 }),
  fc.constantFrom(
    "\n",
    " ",
    "\r\n",
    "\t",
    "password: ",
    "Authorization: ",
    "-----BEGIN ",
    '\\"',
    "token=",
    "Bearer ",
  ),
  fc.constantFrom(...harmless.map(({ text }) => text)),
  fc.string({ maxLength: 8, unit: "binary" }),
)
const secret = fc.constantFrom(...secrets)
const piece = fc.oneof(
  { weight: 2, arbitrary: filler.map((text) => ({ text, secret: undefined as string | undefined })) },
  { weight: 1, arbitrary: secret.map((sample) => ({ text: sample.text, secret: sample.secret })) },
)
const HOME = "/home/mira lindqvist"
const OPTIONS = { environment: { DEPLOY_PASSWORD: "correct horse 42 battery" }, home: HOME, user: "mira" }

describe("a growing text", () => {
  it("is settled so that more text changes nothing, and no part of a secret is settled", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 14 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        async (pieces, shares) => {
          const text = pieces.map((part) => part.text).join("\n")
          // The first redactor has seen all of it: what it knows is the same for every prefix.
          const redactor = redactorWith(OPTIONS)
          await redactor.redactText(text)
          const whole = (await redactor.redactText(text)).text
          for (const share of shares.sort()) {
            const cut = Math.floor(share * text.length)
            const settled = (await redactor.redactText(text.slice(0, cut), { growing: true })).text
            expect(whole.startsWith(settled), JSON.stringify({ settled, whole })).toBe(true)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  it("is settled by one that sees it for the first time, delta by delta", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(piece, { minLength: 1, maxLength: 8, selector: ({ text }) => text }),
        fc.integer({ min: 1, max: 60 }),
        async (pieces, step) => {
          const text = pieces.map((part) => part.text).join("\n")
          const redactor = redactorWith({})
          const settled: string[] = []
          for (let cut = 0; cut <= text.length; cut += step) {
            settled.push((await redactor.redactText(text.slice(0, cut), { growing: true })).text)
          }
          const whole = (await redactor.redactText(text)).text
          for (const part of settled) {
            for (const { secret } of pieces) {
              if (secret !== undefined && !shows(whole, secret)) expect(shows(part, secret), part).toBe(false)
            }
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it.each([
    ["a word behind a white space", "All is well, and mo", "All is well, and "],
    ["what a password is announced by, and not the password", "password: Tide47", "password: "],
    ["nothing of a private key", "Key:\n-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nabc def", "Key:\n"],
    ["nothing of what may become a private key", "Key: -----BEGIN OPENSSH ", "Key: "],
    ["all before a known value with spaces", "say correct horse 42 ba", "say "],
    ["all before a home with a space", "cd /home/mira lind", "cd "],
  ])("settles %s", async (_, text, settled) => {
    expect((await redactorWith(OPTIONS).redactText(text, { growing: true })).text).toBe(settled)
  })

  it("settles prose word by word, and a private key when it has ended", async () => {
    const redactor = redactorWith({})
    const key = secrets.find(({ kind }) => kind === "private key")?.secret ?? ""
    const text = `Key: ${key} and on`
    const { text: settled } = await redactor.redactText(text, { growing: true })
    expect(settled).toBe("Key: [redacted:private-key:1] and ")
  })

  it("goes on when a key's lines end, and when a line is too long for any rule", async () => {
    const redactor = redactorWith({})
    const head = "-----BEGIN PRIVATE KEY-----"
    expect((await redactor.redactText(`${head} is how it starts.\nNext `, { growing: true })).text).toBe(
      `${head} is how it starts.\nNext `,
    )
    const long = await redactor.redactText("a".repeat(3 * LONGEST_LINE), { growing: true })
    expect(long.text.length).toBeGreaterThan(LONGEST_LINE)
  })
})
