import { builtinModules } from "node:module"
import { join } from "node:path"

export interface SourceFile {
  /** From the root of the repository, such as `src/viewer/page.ts`. */
  path: string
  text: string
}

export interface Finding {
  rule: "arrow" | "room" | "node" | "env" | "folder"
  path: string
  message: string
}

/** Every room, and the rooms that it may import from. */
const ROOMS: Record<string, readonly string[]> = {
  protocol: [],
  client: ["protocol"],
  redaction: ["protocol"],
  encryption: ["protocol"],
  plugin: ["protocol", "client", "redaction", "encryption"],
  shares: ["protocol", "redaction"],
  trust: ["protocol"],
  storage: ["protocol", "shares", "trust"],
  viewer: ["protocol", "encryption", "redaction"],
  api: ["protocol", "shares", "trust", "viewer"],
  cli: ["protocol", "client", "encryption", "plugin", "viewer", "host"],
  host: ["protocol", "client", "redaction", "shares", "trust", "storage", "viewer", "api", "cli"],
}

/** Files that are all an importing room may take from another. */
const DOORS: Record<string, readonly string[]> = {
  "storage → shares": ["src/shares/ports.ts"],
  "storage → trust": ["src/trust/ports.ts"],
  // What an owner takes out of a share; what the plugin looks for by itself is no matter of the server's.
  "shares → redaction": ["src/redaction/owners-redaction.ts"],
  "viewer → redaction": ["src/redaction/owners-redaction.ts"],
  // Sharing as the plugin does it, and what it keeps; not how it lives in OpenCode.
  "cli → plugin": [
    "src/plugin/data-folder.ts",
    "src/plugin/open-deps.ts",
    "src/plugin/opencode/opencode-version.ts",
    "src/plugin/opencode/session-reader.ts",
    "src/plugin/server-address.ts",
    "src/plugin/settings.ts",
    "src/plugin/shares/holdings.ts",
    "src/plugin/shares/keyring.ts",
    "src/plugin/sharing.ts",
    "src/plugin/telling/findings.ts",
    "src/plugin/telling/notices.ts",
  ],
}

/** Arrows that only a part of the importing room may take: a server draws nothing that it would have to decrypt. */
const PARTS: Record<string, string> = {
  "viewer → encryption": "src/viewer/browser/",
  // Of what is sealed only its reader's browser can take something out.
  "viewer → redaction": "src/viewer/browser/",
}

/** Rooms that know the runtime; the others run wherever there is a `fetch`. */
const RUNTIME_ROOMS = new Set(["storage", "host", "plugin", "cli"])

/** Files outside host that know the process they run in: where a program of ours begins. */
const EDGES = new Set(["src/plugin/entry.ts", "src/cli/main.ts"])

/** Names that say where code is kept and not what it is. */
const EMPTY_NAMES = new Set(["utils", "util", "lib", "helpers", "common", "misc"])

const BUILTIN = new Set(builtinModules)

const ENVIRONMENT =
  /\bprocess\s*(\.\s*env\b|\[\s*["']env["']\s*\])|\benv\b[^;\n]*from\s*["'](node:)?process["']/

/** What in these sources goes against the rules above. Tests beside the code take what they need from anywhere. */
export function check(sources: readonly SourceFile[]): Finding[] {
  return sources.flatMap(checkFile)
}

function checkFile({ path, text }: SourceFile): Finding[] {
  const findings: Finding[] = []
  const found = (rule: Finding["rule"], message: string): void => void findings.push({ rule, path, message })
  const folders = path.split("/").slice(1, -1)
  const room = folders[0]
  const isTest = /\.test\.tsx?$/.test(path)

  for (const folder of folders.filter((name) => EMPTY_NAMES.has(name))) {
    found("folder", `"${folder}" says nothing about what is in it`)
  }
  if (room !== undefined && !(room in ROOMS)) found("room", `"${room}" is not a room that the test knows`)
  const code = withoutComments(text)
  if (room !== "host" && !EDGES.has(path) && !isTest && ENVIRONMENT.test(code))
    found("env", "reads the environment")

  if (isTest) return findings
  for (const specifier of importsOf(text)) {
    if (!specifier.startsWith(".")) {
      const node = specifier.startsWith("node:") || BUILTIN.has(specifier)
      if (node && !RUNTIME_ROOMS.has(room ?? "")) found("node", `imports ${specifier}`)
      continue
    }
    const target = join(path, "..", specifier)
    if (room === "host" && target === "package.json") continue
    const targetRoom = target.startsWith("src/") ? (target.split("/")[1] ?? "") : ""
    if (targetRoom === room) continue
    const allowed = (ROOMS[room ?? ""] ?? []).includes(targetRoom)
    const door = DOORS[`${room} → ${targetRoom}`]
    const part = PARTS[`${room} → ${targetRoom}`]
    if (
      !allowed ||
      (part !== undefined && !path.startsWith(part)) ||
      (door !== undefined && !door.includes(target))
    )
      found("arrow", `imports ${target}`)
  }
  return findings
}

/** Specifiers of every import, re-export and dynamic import of a module. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text)
  const statement = /\b(?:import|export)\s+(?:type\s+)?(?:[\w*$\s{},]+?\s+from\s+)?["']([^"']+)["']/g
  const dynamic = /\bimport\s*\(\s*["'`]([^"'`]+)["'`]/g
  return [statement, dynamic].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ""))
}

/** Comments may speak of what code may not do. Strings are kept, so that `"https://…"` does not start a comment. */
function withoutComments(text: string): string {
  const token = /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g
  return text.replace(token, (_, string: string | undefined) => string ?? " ")
}
