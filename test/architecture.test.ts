import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { check, type Finding, importsOf, type SourceFile } from "./architecture.ts"

const root = fileURLToPath(new URL("..", import.meta.url))

function readSources(): SourceFile[] {
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx|js|mjs)$/.test(name))
    .map((name) => join("src", name))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }))
}

describe("the rooms of src", () => {
  test("keep to their arrows", () => {
    const sources = readSources()
    // A check that reads nothing finds nothing.
    expect(sources.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(sources.length)
    expect(check(sources).map(describeFinding)).toEqual([])
  })
})

describe("the check itself", () => {
  const offences: [rule: string, path: string, text: string][] = [
    ["arrow", "src/protocol/a.ts", `import { x } from "../shares/b.ts"`],
    ["arrow", "src/viewer/a.ts", `import type { X } from "../shares/b.ts"`],
    ["arrow", "src/shares/a.ts", `export { x } from "../storage/b.ts"`],
    ["arrow", "src/storage/a.ts", `import { x } from "../shares/create.ts"`],
    ["arrow", "src/plugin/a.ts", `const x = await import("../shares/b.ts")`],
    ["arrow", "src/host/a.ts", `import {\n  x,\n  y,\n} from "../plugin/b.ts"`],
    ["arrow", "src/viewer/deep/er/a.ts", `import "../../../api/b.ts"`],
    ["arrow", "src/shares/a.ts", `import { x } from "../../test/world.ts"`],
    ["arrow", "src/viewer/page.ts", `import { createSealer } from "../encryption/sealer.ts"`],
    ["arrow", "src/viewer/page.ts", `import { x } from "../redaction/owners-redaction.ts"`],
    ["arrow", "src/viewer/browser/a.ts", `import { x } from "../../redaction/redactor.ts"`],
    ["arrow", "src/api/a.ts", `import { createSealer } from "../encryption/sealer.ts"`],
    ["arrow", "src/shares/a.ts", `import { createRedactor } from "../redaction/redactor.ts"`],
    ["room", "src/attic/a.ts", ""],
    ["node", "src/shares/a.ts", `import { join } from "node:path"`],
    ["node", "src/viewer/a.ts", `import { join } from "path"`],
    ["env", "src/storage/a.ts", "const port = process.env.PORT"],
    ["env", "src/cli/a.ts", `const port = process["env"].PORT`],
    ["env", "src/cli/a.ts", `import { env } from "node:process"`],
    ["folder", "src/viewer/utils/a.ts", ""],
  ]
  test.each(offences)("finds an offence against '%s' in %s", (rule, path, text) => {
    expect(check([{ path, text }]).map((finding) => finding.rule)).toContain(rule)
  })

  const fine: [path: string, text: string][] = [
    [
      "src/storage/a.ts",
      `import type { BlobStore } from "../shares/ports.ts"\nimport { join } from "node:path"`,
    ],
    ["src/host/a.ts", `import { x } from "../api/app.ts"\nconst { env } = process\nprocess.env.PORT`],
    ["src/api/a.ts", `import { Hono } from "hono"\nimport { x } from "../viewer/page.ts"`],
    [
      "src/plugin/a.ts",
      `import { createServer } from "node:http"\nimport { x } from "../redaction/rules.ts"`,
    ],
    ["src/viewer/browser/a.ts", `import { createSealer } from "../../encryption/sealer.ts"`],
    ["src/viewer/browser/a.ts", `import { x } from "../../redaction/owners-redaction.ts"`],
    ["src/shares/a.ts", `// import { x } from "../host/b.ts"\n/* process.env */`],
    ["src/shares/a.test.ts", `import { join } from "node:path"\nimport { x } from "../host/machine.ts"`],
    ["src/host/version.ts", `import json from "../../package.json" with { type: "json" }`],
  ]
  test.each(fine)("has nothing against %s", (path, text) => {
    expect(check([{ path, text }])).toEqual([])
  })
})

function describeFinding({ rule, path, message }: Finding): string {
  return `[${rule}] ${path}: ${message}`
}
