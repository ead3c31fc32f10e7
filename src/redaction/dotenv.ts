import { RANK, type Rule } from "./rule.ts"

/** `.env`, `.env.local`, `prod.env`, `.envrc`; what is called an example has none of the real values. */
const FILE =
  /(?:^|[\\/\s"'=<>])(?:(?!process\.|import\.|Deno\.|Bun\.)[\w.-]{0,100}\.env(?:\.(?!example|sample|template|dist|defaults?)[\w-]+)*|\.envrc|\.dev\.vars)(?=$|[\s"';|&)<>])/i
/** Commands that print the environment. */
const PRINTS = /(?:^|[;&|(]\s*)(?:printenv|env|export -p|set)\s*(?:$|[;&|)>])/

const NAMES = ["filePath", "file", "path", "filename", "file_path", "command"]

/** Whether an object is about a `.env` file: its own name, or that in the input of the tool which made it. */
export function isAboutDotenv(object: Readonly<Record<string, unknown>>): boolean {
  const { input } = object
  const places =
    typeof input === "object" && input !== null ? [object, input as Record<string, unknown>] : [object]
  return places.some((place) =>
    NAMES.some((name) => {
      const value = place[name]
      if (typeof value !== "string" || value.length > 4_096) return false
      return FILE.test(value) || (name === "command" && PRINTS.test(value))
    }),
  )
}

/** OpenCode's read tool begins with the path. */
export function beginsAsDotenv(text: string): boolean {
  const path = /^\s*<(?:path|file)>([^<\n]{1,1000})</.exec(text.slice(0, 1_100))?.[1]
  return path !== undefined && FILE.test(path)
}

const LINE =
  /^[ \t]*(?:[+-][ \t]?)?(?:\d{1,6}[:|][ \t]?)?[ \t]*(?:export[ \t]+|set[ \t]+)?[A-Za-z_][\w.-]{0,80}[ \t]?=[ \t]?(["'`]?)(.{1,8192}?)\1[ \t]*(?:#[^\n]{0,500})?\r?$/
const HARMLESS =
  /^(?:true|false|yes|no|on|off|null|none|info|debug|warn|error|development|dev|production|prod|staging|test|local|localhost|default|utf-?8|\d{1,6}(?:\.\d+)?|[a-z]{2}[-_][A-Z]{2}|\$.*|<.*>|your.*|change-?me|https?:\/\/(?:localhost|127\.0\.0\.1)[^@]*|\[redacted:[^\]]*\])$/i

/** Every value in the lines of a `.env` file, whatever its name says. It may hold spaces. */
export const dotenvRule: Rule = {
  *find(line) {
    const match = LINE.exec(line)
    const value = match?.[2]
    if (value === undefined || value.length < 3 || HARMLESS.test(value)) return
    const start = line.indexOf(value, line.indexOf("=") + 1)
    yield { start, end: start + value.length, kind: "env-file", value, rank: RANK.keyword }
  },
}
