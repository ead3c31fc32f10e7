import { build } from "esbuild"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createCorpus } from "../../test/corpus/corpus.ts"
import { LEFT_OUT, libraryNames, unknownLibraryRules } from "./library-rules.ts"
import { LONGEST_LINE, nextBatch } from "./lines.ts"
import { createLiteralSearch, type Hits } from "./literal-search.ts"
import { createRuleBook, standardRules } from "./rule-book.ts"
import { looksSecret } from "./secrecy.ts"
import { redactorWith } from "./test-redactor.ts"
import { tokenForms } from "./token-rules.ts"

describe("the rules", () => {
  it("of the library are all asked, except those that are left out", () => {
    expect(libraryNames().length).toBeGreaterThan(20)
    expect(unknownLibraryRules()).toEqual([])
    expect([...LEFT_OUT].filter((name) => !libraryNames().includes(name))).toEqual([])
  })

  it("have their literals in every line where they find something", () => {
    const { secrets, harmless } = createCorpus()
    const rules = standardRules()
    const missing = new Set<string>()
    for (const { text } of [...secrets, ...harmless]) {
      for (const rule of rules) {
        const found = [...rule.find(text)].length > 0
        const announced = rule.literals?.some((literal) => text.toLowerCase().includes(literal)) ?? true
        if (found && !announced) missing.add(`${rule.literals?.[0]}: ${text}`)
      }
    }
    expect([...missing]).toEqual([])
  })

  it("are forms of which no two are the same, with literals in lower case", () => {
    const forms = tokenForms()
    expect(new Set(forms.map(({ source }) => source)).size).toBe(forms.length)
    expect(
      forms.flatMap(({ literals }) => literals).filter((literal) => literal !== literal.toLowerCase()),
    ).toEqual([])
  })
})

it.each([
  ["q8Zk40LmW0aB3cD4eF5g", { password: false, quoted: false }, true],
  ["q8Zk40L", { password: false, quoted: true }, false],
  ["claude-sonnet-4-5-20250929", { password: false, quoted: true }, false],
  ["hunter2x", { password: true, quoted: true }, true],
  ["string", { password: true, quoted: false }, false],
  ["process.env.TOKEN", { password: false, quoted: false }, false],
  ["YOUR_API_KEY_2024", { password: false, quoted: true }, false],
])("%s, %o: a secret? %s", (value, beside, secret) => {
  expect(looksSecret(value, beside)).toBe(secret)
})

it("a line that is too long is cut behind a value, so that none is torn", async () => {
  const token = `gh${"p"}_Zk40LmW0aB3cD4eF5gH6iJ7kL8mN9oP0qR1s`
  const text = `${"x".repeat(LONGEST_LINE - 30)},"token":"${token}"`
  expect((await redactorWith({}).redactText(text)).text).not.toContain("0qR1s")
})

describe("a search for literals", () => {
  it("finds what looking one by one finds", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "A", "-", "é"), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.uniqueArray(
          word.map((w) => w.toLowerCase()),
          { minLength: 1, maxLength: 8 },
        ),
        fc.array(word),
        (literals, words) => {
          const text = words.join("")
          const hits: Hits = []
          createLiteralSearch(literals).find(text, 0, text.length, hits)
          const expected: string[] = []
          literals.forEach((literal, index) => {
            for (let at = 0; at + literal.length <= text.length; at++) {
              if (text.toLowerCase().startsWith(literal, at)) expected.push(`${index} ${at + literal.length}`)
            }
          })
          const found = Array.from({ length: hits.length / 2 }, (_, i) => `${hits[2 * i]} ${hits[2 * i + 1]}`)
          expect(found.sort()).toEqual(expected.sort())
        },
      ),
    )
  })
})

describe("hostile text", () => {
  const MEGABYTES_5 = 5 * 2 ** 20
  it.each([
    ["one letter", "a"],
    ["openings of JSON strings", '\\"'],
    ["words that announce", "password:"],
    ["beginnings of tokens", "eyJ.eyJ."],
    ["beginnings of URLs", "a://b:c"],
    ["beginnings of keys", "-----BEGIN PRIVATE KEY-----"],
    ["white space", " "],
    ["signs of Base64", "+/="],
  ])("of %s is seen in pieces that are never long, and never twice", (_, piece) => {
    const text = piece.repeat(Math.ceil(MEGABYTES_5 / piece.length))
    const rules = standardRules()
    const seen = { characters: 0, longest: 0 }
    const counted = rules.map((rule) => ({ ...rule, literals: rule.literals ?? [], find: () => [] }))
    const book = createRuleBook(counted)
    for (
      let at = 0, batch = nextBatch(text, 0, false);
      batch !== undefined;
      batch = nextBatch(text, at, false)
    ) {
      for (const { start, end } of book.suspects(text, at, batch.end, batch.form, [])) {
        seen.characters += end - start
        seen.longest = Math.max(seen.longest, end - start)
      }
      expect(batch.end).toBeGreaterThan(at)
      at = batch.end
    }
    expect(seen.characters).toBeLessThanOrEqual(text.length)
    // A private key may make a line of three pieces: what is before it, itself, and what is behind.
    expect(seen.longest).toBeLessThanOrEqual(10 * LONGEST_LINE)
  })

  it("is interrupted as often as the clock says", async () => {
    let [time, pauses] = [0, 0]
    const pause = async (): Promise<void> => {
      pauses += 1
    }
    // Each look at the clock costs a millisecond; after eight it is somebody else's turn.
    const redactor = redactorWith({}, { pause, now: () => time++ })
    await redactor.redactText("password: x\n".repeat(100_000))
    expect(pauses).toBeGreaterThan(1_200_000 / 4_096 / 9 - 1)
  })
})

it("runs without Node: only the library names modules of it, for a rule that is not asked", async () => {
  const { metafile } = await build({
    entryPoints: [new URL("redactor.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
  })
  const outside = Object.entries(metafile.inputs).flatMap(([file, { imports }]) =>
    imports
      .filter(({ external }) => external)
      .map(({ path }) => `${file.split("/").slice(0, 3).join("/")} ${path}`),
  )
  const library = "node_modules/@secretlint/secretlint-rule-preset-recommend"
  expect(outside.sort()).toEqual([`${library} node:fs`, `${library} node:path`, `${library} node:path`])
})
