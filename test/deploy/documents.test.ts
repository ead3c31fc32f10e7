import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { expect, test } from "vitest"
import { root } from "../../build/build.mjs"
import { PROGRAM } from "../../build/layout.mjs"
import manifest from "../../package.json" with { type: "json" }
import { readConfig, VARIABLES } from "../../src/host/config.ts"
import { readBytes } from "../../src/host/read-bytes.ts"

/** What others than our server read. */
const OTHERS = [
  ...[
    "NODE_ENV",
    "NODE_IMAGE",
    "BASE_IMAGE",
    "NET_BIND_SERVICE",
    "AF_INET",
    "AF_UNIX",
    "AF_NETLINK",
    "AF_INET6",
  ],
  // deploy/caddy and deploy/compose
  ...["SHARE_ADDRESS", "SHARE_NODES", "STORAGE_ADDRESS", "STORAGE_SERVER", "STORAGE_KEY_ID", "STORAGE_KEY"],
  ...["STORAGE_RPC_SECRET", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "GARAGE_RPC_SECRET"],
  ...["GARAGE_DEFAULT_ACCESS_KEY", "GARAGE_DEFAULT_SECRET_KEY", "GARAGE_DEFAULT_BUCKET"],
]

interface Text {
  path: string
  text: string
}

function filesBelow(folder: string): Text[] {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }))
}

function readOne(path: string): Text {
  return { path, text: readFileSync(join(root, path), "utf8") }
}

const documents = filesBelow("docs/deploy").filter(({ path }) => path.endsWith(".md"))
const texts = [...documents, ...filesBelow("deploy"), readOne("Dockerfile"), readOne(".dockerignore")]

/** Each match of the pattern's one group, with where it stands. */
function found(pattern: RegExp, among: readonly Text[] = texts): { path: string; name: string }[] {
  return among.flatMap(({ path, text }) =>
    [...text.matchAll(pattern)].map(([, name = ""]) => ({ path, name })),
  )
}

function isThere(path: string): boolean {
  return existsSync(join(root, path))
}

test("every setting that is named is one", () => {
  const known = [...Object.keys(VARIABLES), ...OTHERS]
  const named = found(/\b([A-Z][A-Z\d]*(?:_[A-Z\d]+)+)\b/g)
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter(({ name }) => !known.includes(name))).toEqual([])
})

test("every file that is named or led to is there, and every npm script", () => {
  const paths = found(/(?<![\w./:-])((?:deploy|docs|build|scripts|test|src)\/[\w./-]*\w)/g)
  expect(paths.filter(({ name }) => !isThere(name))).toEqual([])
  const links = found(/\]\((?!https?:)([^)#]+)/g, documents)
  expect(links.length).toBeGreaterThan(20)
  expect(links.filter(({ path, name }) => !isThere(join(dirname(path), name)))).toEqual([])
  const scripts = found(/npm run ([\w-]+)/g)
  expect(scripts.filter(({ name }) => !(name in manifest.scripts))).toEqual([])
})

test("numbers that are said of settings are their defaults", () => {
  const sizes = found(/`?(MAX_\w+`? \(\d+ MiB)\)/g)
  const counts = found(/`?(LIMIT_\w+`? \([\d,]+)\)/g)
  expect([sizes.length > 3, counts.length > 1]).toEqual([true, true])
  for (const { path, name } of [...sizes, ...counts]) {
    const [, variable = "", said = ""] = /^(\w+)`? \(([\d,]+(?: MiB)?)$/.exec(name) ?? []
    const { fallback } = VARIABLES[variable as keyof typeof VARIABLES]
    const meant = said.endsWith("MiB") ? readBytes(said.replace(" ", "")) : Number(said.replace(",", ""))
    expect(meant, path).toBe(said.endsWith("MiB") ? readBytes(fallback) : Number(fallback))
  }
})

test("image and unit start what npm start starts, with the same flags", () => {
  const flags = manifest.scripts.start.split(" ").filter((word) => word.startsWith("-"))
  const [entrypoint = "[]"] = /(?<=^ENTRYPOINT ).*$/m.exec(readOne("Dockerfile").text) ?? []
  expect(JSON.parse(entrypoint)).toEqual(["node", ...flags, `/app/${PROGRAM}`])
  const [unit] = /(?<=^ExecStart=).*$/m.exec(readOne("deploy/systemd/better-share.service").text) ?? []
  expect(unit?.split(" ")).toEqual(["/usr/bin/node", ...flags, `/opt/better-share/${PROGRAM}`, "serve"])
})

test("the unit's settings are a configuration that starts", () => {
  const lines = readOne("deploy/systemd/better-share.env").text.matchAll(/^(\w+)=(.*)$/gm)
  const { baseUrl, trustedProxies } = readConfig(
    Object.fromEntries([...lines].map(([, name, value]) => [name, value])),
  )
  expect([baseUrl, trustedProxies.length > 0]).toEqual(["https://share.example.com", true])
})
