import * as z from "zod/mini"
import { accessBody } from "../protocol/routes.ts"
import { RedactionOptionsError, readAllowed, readPatterns } from "../redaction/options.ts"
import { faultOfFolder } from "./data-folder.ts"
import { readServerAddress } from "./server-address.ts"
import { ACCESS_IN_WORDS, readShareAccess, type ShareAccess } from "./share-access.ts"

/**
 * What the plugin is told, by its options in opencode.json and by the environment. `docs/plugin.md` has the table. An
 * option that is not known is refused: with `redcat: "block"` left out, somebody would believe that it blocks.
 */
const patternSchema = z.strictObject({
  kind: z.string(),
  pattern: z.string(),
  flags: z._default(z.string(), ""),
})

const redactSchema = z.strictObject({
  /** `replace`: findings become placeholders. `block`: a session with findings is not shared. */
  mode: z.optional(z.enum(["replace", "block"])),
  emails: z.optional(z.boolean()),
  hosts: z.optional(z.boolean()),
  addresses: z.optional(z.boolean()),
  patterns: z.optional(z.array(patternSchema)),
  allow: z.optional(z.array(z.string())),
})

const modeSchema = z.enum(["manual", "auto", "disabled"])

const optionsSchema = z.strictObject({
  url: z.optional(z.string()),
  token: z.optional(z.string()),
  share: z.optional(
    z.union([
      modeSchema,
      z.strictObject({
        url: z.optional(z.string()),
        enabled: z.optional(z.boolean()),
        mode: z.optional(modeSchema),
      }),
    ]),
  ),
  redact: z.optional(z.union([z.boolean(), z.literal("block"), redactSchema])),
  dryRun: z.optional(z.boolean()),
  subagents: z.optional(z.boolean()),
  encrypt: z.optional(z.boolean()),
  ...accessBody.shape,
  audit: z.optional(z.union([z.boolean(), z.strictObject({ share: z.optional(z.boolean()) })])),
})

type Given<T> = { [K in keyof T]-?: Exclude<T[K], undefined> }
export type RedactSettings = Given<z.infer<typeof redactSchema>>

export type ShareMode = z.infer<typeof modeSchema>

export interface Settings {
  /** The server, without a slash at the end. */
  url: string
  token: string | undefined
  /** Undefined: as OpenCode's own setting says. */
  mode: ShareMode | undefined
  /** Undefined: nothing is redacted. */
  redact: RedactSettings | undefined
  dryRun: boolean
  subagents: boolean
  encrypt: boolean
  /** Of new shares. */
  access: ShareAccess
  audit: boolean
}

export type Environment = Readonly<Record<string, string | undefined>>

/** What is wrong with the options, in words for the user. Sharing is off then: there is no default server. */
export interface SettingsFault {
  fault: string
}

/**
 * @param builtInUrl the server that a downloaded plugin came from
 */
export function readSettings(
  options: unknown,
  environment: Environment,
  builtInUrl: string | undefined,
): Settings | SettingsFault {
  const parsed = optionsSchema.safeParse(options ?? {})
  if (!parsed.success) return { fault: describeIssue(parsed.error.issues[0]) }
  const { share, redact = true, audit = false, ...given } = parsed.data
  const nested = typeof share === "object" ? share : undefined
  const address = given.url ?? nested?.url ?? filled(environment.BETTER_SHARE_BASE_URL) ?? builtInUrl
  if (address === undefined) return { fault: NO_URL }
  const server = readServerAddress(address, "its url")
  if ("fault" in server) return server
  const wrongFolder = faultOfFolder(environment)
  if (wrongFolder !== undefined) return { fault: wrongFolder }
  const rules = readRedact(redact)
  const wrongRules = rules && faultOfRules(rules)
  if (wrongRules !== undefined) return { fault: wrongRules }
  const access = readShareAccess(given, environment)
  if ("fault" in access) return access
  return {
    url: server.url,
    token: given.token ?? filled(environment.BETTER_SHARE_TOKEN) ?? server.token,
    mode: nested?.enabled === false ? "disabled" : modeOf(share),
    redact: rules,
    dryRun: given.dryRun ?? false,
    subagents: given.subagents ?? true,
    encrypt: given.encrypt ?? false,
    access,
    audit: typeof audit === "object" ? (audit.share ?? false) : audit,
  }
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path.join(".") ?? ""
  if (issue?.code === "unrecognized_keys") {
    const within = path === "" ? "" : ` in ${path}`
    return `there is no option ${issue.keys.map((key) => JSON.stringify(key)).join(" or ")}${within} (docs/plugin.md has them)`
  }
  const allowed = ALLOWED[path] ?? issue?.message ?? "invalid"
  return `its option ${path || "list"} is wrong: ${allowed}`
}

const ALLOWED: Record<string, string> = {
  share: 'it is "manual", "auto", "disabled", or {"url", "enabled", "mode"}',
  redact: 'it is true, false, "block", or {"mode", "emails", "hosts", "addresses", "patterns", "allow"}',
  "redact.mode": 'it is "replace" or "block"',
  audit: 'it is true, false, or {"share"}',
  ...ACCESS_IN_WORDS,
}

const REDACT: RedactSettings = {
  mode: "replace",
  emails: false,
  hosts: false,
  addresses: false,
  patterns: [],
  allow: [],
}

const NO_URL =
  'no server is set: give it as "plugin": [["better-share", {"url": "https://share.example.com"}]] in opencode.json, or as BETTER_SHARE_BASE_URL'

function faultOfRules({ patterns, allow }: RedactSettings): string | undefined {
  try {
    readPatterns(patterns)
    readAllowed(allow)
    return undefined
  } catch (error) {
    if (error instanceof RedactionOptionsError) return error.message
    throw error
  }
}

function modeOf(share: z.infer<typeof optionsSchema>["share"]): ShareMode | undefined {
  return typeof share === "object" ? share.mode : share
}

function readRedact(given: boolean | "block" | z.infer<typeof redactSchema>): RedactSettings | undefined {
  if (given === false) return undefined
  if (typeof given !== "object") return { ...REDACT, mode: given === "block" ? "block" : "replace" }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { ...REDACT, ...set }
}

/** A variable that says something. */
export function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim()
}
