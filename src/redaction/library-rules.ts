import { rules as presetRules } from "@secretlint/secretlint-rule-preset-recommend"
import { isPassword } from "./header-rules.ts"
import { RANK, type Rule, type Span } from "./rule.ts"

/**
 * secretlint's recommended rules as judges. Its engine is left out: it reads files, and comments in the text
 * (`secretlint-disable`) would switch rules off.
 */
interface LibraryReport {
  message: { messageId: string }
  range: readonly [number, number]
}
interface LibraryRule {
  meta: { id: string }
  create(
    context: {
      createTranslator(): (messageId: string) => { messageId: string }
      report(report: LibraryReport): void
    },
    options: Record<string, unknown>,
  ): { file?(source: { content: string; filePath: string; contentType: "text" }): unknown }
}

interface Entry {
  literals: readonly string[]
  /** By the library's message id; one that is missing here is not reported. */
  kinds: Readonly<Record<string, string>>
  /** What of a match is the secret: its first group. Needs the flag `d`. Without it, all of the match is. */
  narrow?: RegExp
  options?: Record<string, unknown>
  /** Some rules ask for the name of the file that they are for. */
  filePath?: string
}

const CONNECTION = /:\/\/[^:/\s]*:([^@/\s]+)@/d

/** Library rule → the literals that its patterns need, and what we call what it finds. */
const ENTRIES: Readonly<Record<string, readonly Entry[]>> = {
  aws: [
    {
      literals: ["akia", "agpa", "aida", "aroa", "aipa", "anpa", "anva", "asia", "a3t", "access"],
      kinds: { AWSAccessKeyID: "aws-access-key-id", AWSSecretAccessKey: "aws-secret-access-key" },
      options: { enableIDScanRule: true },
    },
  ],
  privatekey: [{ literals: ["private key"], kinds: { PrivateKey: "private-key" } }],
  npm: [
    {
      literals: ["npm_", "x-oauth-basic"],
      kinds: { NPM_ACCESS_TOKEN: "npm-token", PackageJSON_xOauthToken: "github-token" },
      filePath: "package.json",
    },
    {
      literals: ["_authtoken="],
      kinds: { Npmrc_authToken: "npm-token" },
      filePath: ".npmrc",
      // The rule takes the rest of the line, which is the whole of a minified script.
      narrow: /^["']?([\w.~+/=-]{16,512})(?![\w.(])/d,
    },
  ],
  basicauth: [{ literals: ["://"], kinds: { BasicAuth: "connection-string" }, narrow: CONNECTION }],
  slack: [
    {
      literals: ["xox", "xapp", "hooks.slack.com"],
      kinds: { SLACK_TOKEN: "slack-token", IncomingWebhook: "slack-webhook" },
    },
  ],
  sendgrid: [{ literals: ["sg."], kinds: { SENDGRID_KEY: "sendgrid-key" } }],
  shopify: [{ literals: ["shppa_", "shpca_", "shpat_", "shpss_"], kinds: { SHOPIFY_KEY: "shopify-token" } }],
  github: [
    {
      literals: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"],
      kinds: { GITHUB_TOKEN: "github-token" },
    },
  ],
  gitlab: [{ literals: ["glpat-"], kinds: { GITLAB_PERSONAL_ACCESS_TOKEN: "gitlab-token" } }],
  grafana: [
    {
      literals: ["glc_", "glsa_"],
      kinds: { GRAFANA_CLOUD_API_TOKEN: "grafana-token", GRAFANA_SERVICE_ACCOUNT_TOKEN: "grafana-token" },
    },
  ],
  openai: [{ literals: ["t3blbkfj"], kinds: { OPENAI_TOKEN: "openai-key" } }],
  anthropic: [{ literals: ["sk-ant-"], kinds: { ANTHROPIC_API_KEY: "anthropic-key" } }],
  groq: [{ literals: ["gsk_"], kinds: { GROQ_API_KEY: "groq-key" } }],
  huggingface: [{ literals: ["hf_"], kinds: { HUGGINGFACE_USER_ACCESS_TOKEN: "huggingface-token" } }],
  linear: [{ literals: ["lin_api_"], kinds: { LINEAR_API_TOKEN: "linear-key" } }],
  notion: [{ literals: ["ntn_"], kinds: { NOTION_INTEGRATION_TOKEN: "notion-token" } }],
  "1password": [{ literals: ["ops_ey"], kinds: { OPS_TOKEN: "1password-token" } }],
  "database-connection-string": [
    {
      literals: ["mongodb", "mysql", "postgres"],
      kinds: {
        MongoDBConnection: "connection-string",
        MySQLConnection: "connection-string",
        PostgreSQLConnection: "connection-string",
      },
      narrow: CONNECTION,
    },
  ],
  "hashicorp-vault": [
    {
      literals: ["hvs.", "hvb.", "hvr."],
      kinds: {
        HASHICORP_VAULT_SERVICE_TOKEN: "vault-token",
        HASHICORP_VAULT_BATCH_TOKEN: "vault-token",
        HASHICORP_VAULT_RECOVERY_TOKEN: "vault-token",
      },
    },
  ],
  vercel: [
    {
      literals: ["vcp_", "vci_", "vca_", "vcr_", "vck_"],
      kinds: {
        VERCEL_PERSONAL_ACCESS_TOKEN: "vercel-token",
        VERCEL_INTEGRATION_TOKEN: "vercel-token",
        VERCEL_APP_ACCESS_TOKEN: "vercel-token",
        VERCEL_APP_REFRESH_TOKEN: "vercel-token",
        VERCEL_AI_GATEWAY_API_KEY: "vercel-token",
      },
    },
  ],
  databricks: [{ literals: ["dapi"], kinds: { DATABRICKS_PERSONAL_ACCESS_TOKEN: "databricks-token" } }],
  docker: [{ literals: ["dckr_pat_"], kinds: { DOCKER_PERSONAL_ACCESS_TOKEN: "docker-token" } }],
  figma: [{ literals: ["figd_"], kinds: { FIGMA_PERSONAL_ACCESS_TOKEN: "figma-token" } }],
}

/**
 * Not asked: `gcp` reads files (its JSON form is a private key, which is found without it), and `filter-comments`
 * obeys comments in the text.
 */
export const LEFT_OUT: ReadonlySet<string> = new Set(["gcp", "filter-comments"])

const PREFIX = "@secretlint/secretlint-rule-"

/** The name of a library rule without its package's prefix. */
export function libraryNames(): string[] {
  return (presetRules as unknown as readonly LibraryRule[]).map(({ meta }) => meta.id.replace(PREFIX, ""))
}

/** Rules of the library that nothing here knows how to ask: none, unless it was updated. */
export function unknownLibraryRules(): string[] {
  return libraryNames().filter((name) => !LEFT_OUT.has(name) && !Object.hasOwn(ENTRIES, name))
}

export function createLibraryRules(): Rule[] {
  return (presetRules as unknown as readonly LibraryRule[]).flatMap((rule) => {
    const name = rule.meta.id.replace(PREFIX, "")
    return LEFT_OUT.has(name) ? [] : (ENTRIES[name] ?? []).map((entry) => asRule(rule, entry))
  })
}

function asRule(rule: LibraryRule, { literals, kinds, narrow, options, filePath }: Entry): Rule {
  let reports: LibraryReport[] = []
  const judge = rule.create(
    {
      createTranslator: () => (messageId) => ({ messageId }),
      report: (report) => void reports.push(report),
    },
    options ?? {},
  )
  return {
    literals,
    find(line) {
      reports = []
      judge.file?.({ content: line, filePath: filePath ?? "text", contentType: "text" })
      return reports.flatMap(({ message, range }): Span[] => {
        const kind = Object.hasOwn(kinds, message.messageId) ? kinds[message.messageId] : undefined
        if (kind === undefined) return []
        const [start, end] = range
        const match = line.slice(start, end)
        if (narrow === undefined) return [{ start, end, kind, value: match, rank: RANK.library }]
        const found = narrow.exec(match)
        const [from, to] = found?.indices?.[1] ?? [0, 0]
        if (from === to || (kind === "connection-string" && !isPassword(match.slice(from, to)))) return []
        return [
          { start: start + from, end: start + to, kind, value: match.slice(from, to), rank: RANK.library },
        ]
      })
    },
  }
}
