import { RANK, type Rule, type Span } from "./rule.ts"

/** Folders whose entries are named for users. */
const PARENTS =
  "(?:home|Users|users|media|homes|mail|cron|crontabs|Documents and Settings|Benutzer|Utilisateurs)"
/** As names of users these say nothing, and as names of folders they are everywhere. */
const USUAL = new Set(
  "root,user,users,dev,admin,node,app,home,test,build,runner,ubuntu,debian,git,www,data,src,lib,bin,opt,tmp,var,code,work,docker,vscode,codespace,gitpod,demo,guest,public,shared".split(
    ",",
  ),
)

/** A home folder as it is written: with either slash, inside JSON, in URLs, and by the shells of Windows. */
export function homeSpellings(home: string | undefined): string[] {
  const root = home?.replace(/[\\/]+$/, "")
  if (root === undefined || root.length < 3) return []
  const slashes = root.replaceAll("\\", "/")
  const drive = /^([A-Za-z]):(\/.*)$/.exec(slashes)
  const letter = drive?.[1]?.toLowerCase()
  const spellings = [
    ...[root, slashes, encodeURIComponent(slashes), encodeURI(slashes), slashes.replaceAll("/", "\\/")],
    ...(drive === null ? [] : [`/${letter}${drive[2]}`, `/mnt/${letter}${drive[2]}`]),
    ...["\\", "\\\\", "\\\\\\\\"].map((slash) => slashes.replaceAll("/", slash)),
  ]
  return [...new Set(spellings)].sort((a, b) => b.length - a.length)
}

/** `/home/mira/x` becomes `~/x`, however its slashes are written. Not a finding: a path says who, and gives nothing away. */
export function createHomeRule(home: string | undefined): Rule[] {
  const forms = homeSpellings(home)
  if (forms.length === 0) return []
  // A longer name is another folder: `/home/mira2`, `/home/mira.old`, `/home/mira-old`.
  const pattern = new RegExp(
    `(?:${forms.map(escaped).join("|")})(?![A-Za-z0-9_]|[.-][A-Za-z0-9_])`,
    isWindows(home) ? "gi" : "g",
  )
  return [
    {
      literals: forms.map((form) => form.toLowerCase()),
      find: (line) => replacing(line, pattern, "~", "home"),
    },
  ]
}

/** Where paths are written in capitals or not, as one likes. */
export function isWindows(home: string | undefined): boolean {
  return /^[A-Za-z]:/.test(home ?? "")
}

/** The user's name in paths that are not under the home folder, or under that of another system. */
export function createUserRule(user: string | undefined): Rule[] {
  if (user === undefined || user.trim().length < 2) return []
  const name = escaped(user)
  const slash = String.raw`(?:/|\\{1,8}|%2[Ff]|%5[Cc])`
  const end = "(?![A-Za-z0-9_]|[.-][A-Za-z0-9_])"
  const anywhere = user.length >= 4 && !USUAL.has(user.toLowerCase())
  const before = anywhere ? slash : `${slash}${PARENTS}${slash}`
  const pattern = new RegExp(`(?<=${before})${name}${end}`, "g")
  // Tools name folders for paths: `-home-mira-code`, `C--Users-mira`.
  const dashed = new RegExp(`(?<=-(?:home|Users)-)${name}(?![A-Za-z0-9_])`, "g")
  return [
    {
      literals: [user.toLowerCase()],
      *find(line) {
        yield* replacing(line, pattern, "[user]", "user")
        yield* replacing(line, dashed, "[user]", "user")
      },
    },
  ]
}

function* replacing(line: string, pattern: RegExp, replacement: string, kind: string): Iterable<Span> {
  for (const { index, 0: value } of line.matchAll(pattern)) {
    yield { start: index, end: index + value.length, kind, value, replacement, rank: RANK.path }
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")
}
