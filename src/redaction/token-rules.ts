import { RANK, type Rule, type Span } from "./rule.ts"

/** kind, literals (lower case, one stands in each match), pattern; the secret is its first group or all of it. */
type Token = readonly [kind: string, literals: readonly string[], pattern: RegExp]

/** No word before it, as the library has it: `xghp_…` is somebody's identifier. */
const B = "(?<![A-Za-z0-9_-])"
const E = "(?![A-Za-z0-9_-])"

function form(source: string, flags = ""): RegExp {
  return new RegExp(source, `g${flags}`)
}

function eachOf(head: string, symbols: string): string[] {
  return [...symbols].map((symbol) => head + symbol)
}

function token(source: string): RegExp {
  return form(`${B}(?:${source})${E}`)
}

/** A bot's token begins with its id in Base64, and that with two digits: `MTA…` to `OTk…`. */
const DISCORD_HEADS = ["mt", "mj", "mz", "nd", "nt", "nj", "nz", "od", "ot"].flatMap((two) =>
  eachOf(two, "aeimquycgk"),
)

/**
 * Forms that the library's preset lacks or takes too narrowly, as gitleaks' rules and the vendors' pages give them
 * (github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml, docs.github.com/code-security
 * "Supported secret scanning patterns"). Every repetition is bounded, and no two neighbours can match the same.
 */
const TOKENS: readonly Token[] = [
  ["jwt", ["eyj"], form(`${B}eyJ[\\w-]{10,2000}\\.eyJ[\\w-]{4,6000}\\.[\\w-]{8,1400}`)],
  ["anthropic-key", ["sk-ant-"], token("sk-ant-[a-z]{2,8}\\d{2}-[\\w-]{24,160}")],
  ["openai-key", ["sk-proj-", "sk-svcacct-", "sk-admin-"], token("sk-(?:proj|svcacct|admin)-[\\w-]{40,200}")],
  ["openrouter-key", ["sk-or-"], token("sk-or-v1-[0-9a-f]{64}")],
  ["langfuse-key", ["k-lf-"], token("sk-lf-[0-9a-f-]{36}")],
  // DeepSeek, older OpenAI and everybody who copied them.
  ["sk-key", ["sk-"], token("sk-(?=[A-Za-z0-9]{0,60}\\d)[A-Za-z0-9]{32,64}")],
  ["xai-key", ["xai-"], token("xai-[A-Za-z0-9]{70,100}")],
  ["perplexity-key", ["pplx-"], token("pplx-[A-Za-z0-9]{40,60}")],
  ["replicate-token", ["r8_"], token("r8_[A-Za-z0-9]{37}")],
  ["huggingface-token", ["hf_"], token("hf_[A-Za-z0-9]{30,44}")],
  ["cerebras-key", ["csk-"], token("csk-[a-z0-9]{40,60}")],
  ["langsmith-key", ["lsv2_"], token("lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}")],
  ["github-token", ["ghs_", "ghp_", "gho_", "ghu_", "ghr_"], token("gh[psour]_[A-Za-z0-9_]{36,255}")],
  [
    "gitlab-token",
    ["glpat-", "gldt-", "glrt-", "glptt-", "glcbt-", "glsoat-", "glft-", "glimt-", "glagent-", "gloas-"],
    token("gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent|oas)-[\\w.-]{20,160}"),
  ],
  ["atlassian-token", ["atatt3"], form(`${B}ATATT3[\\w=-]{60,250}`)],
  ["bitbucket-token", ["atbb", "atctt3"], form(`${B}(?:ATBB[A-Za-z0-9]{28,40}|ATCTT3[\\w=-]{60,250})`)],
  ["google-api-key", ["aiza"], token("AIza[\\w-]{35}")],
  [
    "google-oauth",
    ["gocspx-", "ya29.", "1//0"],
    form(`${B}(?:GOCSPX-[\\w-]{28}|1//0[\\w-]{30,200}|ya29\\.[\\w-]{20,300})`),
  ],
  [
    "stripe-key",
    ["k_live_", "k_test_", "whsec_"],
    token("(?:[srp]k_(?:live|test)_[A-Za-z0-9]{16,200}|whsec_[A-Za-z0-9+/=]{24,64})"),
  ],
  ["twilio-key", eachOf("sk", "0123456789abcdef"), token("SK[0-9a-f]{32}")],
  ["sendgrid-key", ["sg."], form(`${B}SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}${E}`)],
  ["mailgun-key", ["key-"], token("key-[0-9a-f]{32}")],
  ["mailchimp-key", ["-us"], token("[0-9a-f]{32}-us\\d{1,2}")],
  ["brevo-key", ["xkeysib-"], token("xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}")],
  ["resend-key", ["re_"], token("re_[A-Za-z0-9]{7,12}_[A-Za-z0-9]{20,28}")],
  ["postman-key", ["pmak-"], token("PMAK-[0-9a-f]{24}-[0-9a-f]{34}")],
  ["telegram-token", [":aa"], token("\\d{8,10}:AA[\\w-]{32,34}")],
  ["discord-token", DISCORD_HEADS, token("[MNO][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}")],
  [
    "discord-webhook",
    ["/api/webhooks/"],
    form("https://(?:\\w{1,10}\\.)?discord(?:app)?\\.com/api/webhooks/\\d{16,20}/[\\w-]{60,80}"),
  ],
  [
    "teams-webhook",
    [".webhook.office.com"],
    form("https://[\\w-]{1,60}\\.webhook\\.office\\.com/webhookb2/[\\w@/-]{60,250}"),
  ],
  [
    "slack-token",
    ["xoxe", "xoxc-", "xoxd-", "xoxs-", "xapp-", "xoxb-", "xoxp-"],
    form(`${B}(?:xox[abcdeoprs]|xapp)[.-][\\w%.+/-]{20,400}`),
  ],
  ["digitalocean-token", ["_v1_"], token("do[opr]_v1_[0-9a-f]{64}")],
  ["heroku-key", ["hrku-"], token("HRKU-[\\w-]{36,70}")],
  ["pypi-token", ["pypi-age"], token("pypi-AgE[\\w-]{50,400}")],
  ["rubygems-key", ["rubygems_"], token("rubygems_[0-9a-f]{48}")],
  ["crates-token", ["cio"], token("cio[A-Za-z0-9]{32}")],
  ["nuget-key", ["oy2"], token("oy2[a-z0-9]{43}")],
  ["jfrog-token", ["akcp"], token("AKCp[A-Za-z0-9]{60,80}")],
  ["docker-token", ["dckr_"], token("dckr_(?:pat|oat)_[\\w-]{27,40}")],
  [
    "azure-key",
    ["accountkey=", "accesskey="],
    form("(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,88}={0,2})", "i"),
  ],
  ["azure-sas", ["sig="], form("[?&;]sig=([A-Za-z0-9%+/]{43,70}(?:%3[Dd]|=)?)")],
  ["azure-client-secret", ["8q~"], token("[\\w.~-]{3}8Q~[\\w.~-]{31,34}")],
  [
    "cloudflare-key",
    ["v1.0-", "cfut_", "cfat_"],
    token("(?:v1\\.0-[0-9a-f]{24}-[0-9a-f]{146}|cf[ua]t_[A-Za-z0-9_-]{40,80})"),
  ],
  ["flyio-token", ["fm2_", "fo1_"], form(`${B}(?:fm2_[A-Za-z0-9+/=]{40,800}|fo1_[\\w-]{43})`)],
  ["netlify-token", ["nfp_", "nfc_"], token("nf[pc]_[A-Za-z0-9]{36,44}")],
  ["render-key", ["rnd_"], token("rnd_[A-Za-z0-9]{28,40}")],
  ["terraform-token", [".atlasv1."], form(`${B}[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,72}`)],
  ["pulumi-token", ["pul-"], token("pul-[0-9a-f]{40}")],
  [
    "tailscale-key",
    ["tskey-"],
    token("tskey-(?:auth|api|client|scim|webhook)-[A-Za-z0-9]{6,24}-[A-Za-z0-9]{20,64}"),
  ],
  [
    "doppler-token",
    ["dp."],
    token("dp\\.(?:pt|st|ct|scim|audit|sa)\\.(?:[\\w-]{2,35}\\.)?[A-Za-z0-9]{40,44}"),
  ],
  ["vault-token", ["hvs."], form(`${B}hvs\\.[\\w-]{24,300}${E}`)],
  ["planetscale-token", ["pscale_"], token("pscale_(?:tkn|pw|oauth)_[\\w.-]{32,64}")],
  ["supabase-key", ["sbp_", "sb_secret_"], token("(?:sbp_(?:v0_)?[0-9a-f]{40}|sb_secret_[\\w-]{24,48})")],
  ["neon-key", ["napi_"], token("napi_[a-z0-9]{40,80}")],
  ["airtable-token", ["pat"], token("pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}")],
  ["sentry-token", ["sntry"], form(`${B}sntry[su]_[\\w+/=-]{60,300}`)],
  ["newrelic-key", ["nrak-", "nrjs-", "nral", "nrii-"], token("NR(?:AK|JS|II)-[A-Za-z0-9_-]{19,42}")],
  ["posthog-key", ["phx_"], token("phx_[A-Za-z0-9]{40,60}")],
  ["dropbox-token", ["sl."], token("sl\\.(?:u\\.)?[\\w-]{120,1400}")],
  ["figma-token", ["figd_", "figo_"], token("fig[do]_[\\w-]{40,200}")],
  ["linear-key", ["lin_oauth_"], token("lin_oauth_[A-Za-z0-9]{32,80}")],
  ["notion-token", ["secret_", "ntn_"], token("(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,60})")],
  ["square-token", ["sq0", "eaaa"], token("(?:sq0[a-z]{3}-[\\w-]{22,43}|EAAA[\\w-]{60})")],
  [
    "plaid-token",
    ["access-"],
    token("access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
  ],
  ["mapbox-token", ["sk.eyj"], token("sk\\.eyJ[\\w-]{30,200}\\.[\\w-]{20,30}")],
  ["shippo-token", ["shippo_"], token("shippo_(?:live|test)_[0-9a-f]{40}")],
  ["sonar-token", ["sqp_", "squ_", "sqa_"], token("sq[pua]_[0-9a-f]{40}")],
  ["contentful-token", ["cfpat-"], token("CFPAT-[\\w-]{43}")],
  ["age-key", ["age-secret-key-1"], token("AGE-SECRET-KEY-1[A-Z0-9]{58}")],
  ["1password-token", ["ops_ey"], form(`${B}ops_ey[\\w+/=-]{100,1400}`)],
]

/** Each form as a rule of its own, so that a line is looked at only by those whose literal stands in it. */
export function createTokenRules(): Rule[] {
  return TOKENS.map(([kind, literals, pattern]) => ({
    literals,
    find: (line) => spansOf(line, pattern, kind, RANK.own),
  }))
}

/** The kinds of the table, for the test that no two of its lines say the same. */
export function tokenForms(): { kind: string; source: string; literals: readonly string[] }[] {
  return TOKENS.map(([kind, literals, pattern]) => ({ kind, source: pattern.source, literals }))
}

/** Every match of a global pattern: its first group, or all of it when it has none. */
export function* spansOf(line: string, pattern: RegExp, kind: string, rank: number): Iterable<Span> {
  for (const match of line.matchAll(pattern)) {
    const value = match[1] ?? match[0]
    if (value === "") continue
    const start = match.index + (match[1] === undefined ? 0 : match[0].lastIndexOf(value))
    yield { start, end: start + value.length, kind, value, rank }
  }
}
