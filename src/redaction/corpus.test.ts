import { describe, expect, it } from "vitest"
import { createCorpus, type Sample, shows } from "../../test/corpus/corpus.ts"
import { createRedactor } from "./redactor.ts"
import { PLAIN } from "./test-redactor.ts"

describe("the labelled corpus", () => {
  const { secrets, harmless } = createCorpus()

  it("has 400 secrets of 30 kinds, and 400 that are none, no two alike", () => {
    expect(new Set(secrets.map(({ text }) => text)).size).toBeGreaterThanOrEqual(400)
    expect(new Set(secrets.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(30)
    expect(harmless.length).toBeGreaterThanOrEqual(400)
  })

  it("finds at least 97 % of the secrets", async () => {
    const missed: Sample[] = []
    for (const sample of secrets) {
      const { text } = await createRedactor(PLAIN).redactText(sample.text)
      if (shows(text, sample.secret ?? "")) missed.push(sample)
    }
    const recall = 1 - missed.length / secrets.length
    expect
      .soft(recall, missed.map(({ kind, text }) => `${kind}: ${text}`).join("\n"))
      .toBeGreaterThanOrEqual(0.97)
    console.info(`recall ${recall.toFixed(4)} of ${secrets.length}; missed by kind: ${byKind(missed)}`)
  })

  it("takes at most 2 % of the harmless for secrets", async () => {
    const taken: string[] = []
    const wrong: Sample[] = []
    for (const sample of harmless) {
      const { text, findings } = await createRedactor(PLAIN).redactText(sample.text)
      if (findings.length === 0) continue
      wrong.push(sample)
      taken.push(`${sample.kind}: ${sample.text}\n  → ${text}`)
    }
    expect.soft(wrong.length / harmless.length, taken.join("\n")).toBeLessThanOrEqual(0.02)
    console.info(`false positives ${wrong.length} of ${harmless.length}; by kind: ${byKind(wrong)}`)
  })
})

function byKind(samples: readonly Sample[]): string {
  const counts = new Map<string, number>()
  for (const { kind } of samples) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ") || "none"
}
