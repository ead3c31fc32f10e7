import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, expect, onTestFinished, test } from "vitest"
import { root } from "../../../build/build.mjs"
import { readConfig } from "../../../src/host/config.ts"
import { runCommand } from "../../provision/command.ts"
import { provideProgram } from "../../provision/program.ts"
import { type KubernetesObject, provideSchemas, type Schemas } from "./schemas.ts"

const KUBERNETES = join(root, "deploy/kubernetes")
const COMPOSE = join(root, "deploy/compose")
let schemas: Schemas

beforeAll(async () => {
  schemas = await provideSchemas()
})

async function readObjects(name: string): Promise<(KubernetesObject & { resources?: string[] })[]> {
  return schemas.readYaml(await readFile(join(KUBERNETES, name), "utf8")) as KubernetesObject[]
}

test("Kubernetes knows every field of every object", async () => {
  const names = await readdir(KUBERNETES)
  const objects = (await Promise.all(names.map(readObjects))).flat()
  const own = objects.filter(({ apiVersion }) => !apiVersion.startsWith("kustomize."))
  expect(own.length).toBeGreaterThan(8)
  expect(await schemas.faultsOfObjects(own)).toEqual([])
})

test("the check of Kubernetes' objects finds what is none of theirs", async () => {
  const [deployment] = await readObjects("deployment.yaml")
  const wrong = JSON.parse(JSON.stringify(deployment).replace("readOnlyRootFilesystem", "readOnlyRoot"))
  expect(await schemas.faultsOfObjects([wrong])).toEqual([expect.stringContaining("readOnlyRoot")])
})

test("what is not applied with the rest is what its documents say", async () => {
  const [kustomization] = await readObjects("kustomization.yaml")
  const applied = ["kustomization.yaml", ...(kustomization?.resources ?? [])]
  const others = (await readdir(KUBERNETES)).filter((name) => !applied.includes(name))
  expect(others.sort()).toEqual(["http-route.yaml", "migrate-job.yaml", "secret.example.yaml"])
})

test("compose knows every field of compose.yaml", async () => {
  const [file] = schemas.readYaml(await readFile(join(COMPOSE, "compose.yaml"), "utf8"))
  expect(schemas.faultsOfCompose(file)).toEqual([])
  const wrong = { ...(file as object), services: { one: { image: "a", readonly: true } } }
  expect(schemas.faultsOfCompose(wrong)).not.toEqual([])
})

test("the settings of compose.yaml and of Kubernetes' objects are configurations that start", async () => {
  const [compose] = schemas.readYaml(await readFile(join(COMPOSE, "compose.yaml"), "utf8"))
  const { services } = compose as { services: Record<string, { environment: Record<string, string> }> }
  const settings = Object.entries(services["node-2"]?.environment ?? {})
  // What openssl makes of each secret; letters serve for the rest.
  const filled = settings.map(([name, value]) => [name, value.replace(/\$\{\w+:\?\}/, "a".repeat(64))])
  const config = readConfig(Object.fromEntries(filled))
  expect([config.s3?.endpoint, config.trustedProxies]).toEqual(["http://garage:3900", ["172.31.43.0/24"]])

  const [{ data } = { data: {} }] = (await readObjects("settings.yaml")) as unknown as [{ data: object }]
  const [{ stringData } = { stringData: {} }] = (await readObjects("secret.example.yaml")) as unknown as [
    { stringData: object },
  ]
  const { baseUrl, s3 } = readConfig({ ...data, ...stringData })
  expect([baseUrl, s3?.bucket]).toEqual(["https://share.example.com", "better-share"])
})

test("compose.yaml asks for what .env.example explains, and for nothing else", async () => {
  const asked = (await readFile(join(COMPOSE, "compose.yaml"), "utf8")).matchAll(/\$\{(\w+):\?\}/g)
  const explained = (await readFile(join(COMPOSE, ".env.example"), "utf8")).matchAll(/^([A-Z_]+)=/gm)
  const names = (found: Iterable<RegExpMatchArray>) => [...new Set([...found].map(([, name]) => name))].sort()
  expect(names(asked)).toEqual(names(explained))
})

test("Caddy understands compose's file with the one beside it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-caddy-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  // As compose.yaml mounts them.
  await cp(join(COMPOSE, "Caddyfile"), join(folder, "Caddyfile"))
  await cp(join(root, "deploy/caddy/Caddyfile"), join(folder, "better-share.caddy"))
  const caddy = await provideProgram("caddy")
  const env = { SHARE_NODES: "node-1:3000 node-2:3000", XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const { ok, output } = await runCommand(caddy, ["adapt", "--config", join(folder, "Caddyfile")], {
    timeout: 30_000,
    env,
  })
  expect(ok, output).toBe(true)
  for (const address of [
    "share.example.com",
    "storage.example.com",
    "node-1:3000",
    "node-2:3000",
    "garage:3900",
  ])
    expect(output).toContain(`"${address}"`)
})
