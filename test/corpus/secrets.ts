import {
  ALNUM,
  BASE64,
  BASE64URL,
  base64,
  base64url,
  DIGITS,
  HEX,
  LOWER,
  type Random,
  UPPER,
  uuid,
} from "./random.ts"

/**
 * Kinds of secret, each with a maker. Everything is made up. Prefixes are put together from pieces, since scanners of
 * public repositories would take the whole for a leak.
 */
export interface SecretKind {
  name: string
  make(random: Random): string
  /** Says for itself what it is. Otherwise only a word beside it does, and it is only put into contexts that have one. */
  telling: boolean
  /** Names it is usually given. */
  names: readonly string[]
  /** Its own contexts, where others make no sense; `§` is the secret. */
  contexts?: readonly string[]
  /** What must not be shown, when that is less than what is made: a URL's password. */
  core?: (made: string) => string
}

function telling(name: string, names: string[], make: (random: Random) => string): SecretKind {
  return { name, names, make, telling: true }
}

function nameless(name: string, names: string[], make: (random: Random) => string): SecretKind {
  return { name, names, make, telling: false }
}

const passwordOf = (url: string): string => /:\/\/[^:]*:([^@]+)@/.exec(url)?.[1] ?? ""

export const SECRET_KINDS: readonly SecretKind[] = [
  telling(
    "GitHub token, classic",
    ["GITHUB_TOKEN", "githubToken", "gh_token"],
    (r) => `gh${r.pick(["p", "o", "s", "u", "r"])}_${r.string(ALNUM, 36)}`,
  ),
  telling(
    "GitHub token, fine-grained",
    ["GH_PAT", "githubPat"],
    (r) => `${"github"}_pat_${r.string(ALNUM, 22)}_${r.string(ALNUM, 59)}`,
  ),
  telling("GitLab token", ["GITLAB_TOKEN", "ciToken"], (r) => `gl${"pat"}-${r.string(BASE64URL, 20)}`),
  telling(
    "AWS key id",
    ["AWS_ACCESS_KEY_ID", "accessKeyId"],
    (r) => `${r.pick(["AK", "AS"])}${"IA"}${r.string(`${UPPER}234567`, 16)}`,
  ),
  nameless("AWS secret key", ["AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "secretAccessKey"], (r) =>
    r.string(BASE64, 40),
  ),
  telling("Google API key", ["GOOGLE_API_KEY", "mapsKey"], (r) => `AI${"za"}Sy${r.string(BASE64URL, 33)}`),
  telling(
    "Google OAuth client secret",
    ["GOOGLE_CLIENT_SECRET", "clientSecret"],
    (r) => `GO${"CSPX"}-${r.string(BASE64URL, 28)}`,
  ),
  telling(
    "Google access token",
    ["GOOGLE_ACCESS", "accessToken"],
    (r) => `ya${"29"}.a0${r.string(BASE64URL, 120)}`,
  ),
  telling(
    "Slack bot token",
    ["SLACK_BOT_TOKEN", "slackToken"],
    (r) => `xo${"xb"}-${r.string(DIGITS, 12)}-${r.string(DIGITS, 13)}-${r.string(ALNUM, 24)}`,
  ),
  telling(
    "Slack webhook",
    ["SLACK_WEBHOOK_URL", "webhook"],
    (r) =>
      `https://hooks.${"slack"}.com/services/T${r.string(UPPER + DIGITS, 8)}/B${r.string(UPPER + DIGITS, 10)}/${r.string(ALNUM, 24)}`,
  ),
  telling(
    "Stripe key",
    ["STRIPE_SECRET_KEY", "stripeKey"],
    (r) => `${r.pick(["sk", "rk"])}_${r.pick(["live", "test"])}_${r.string(ALNUM, r.pick([24, 99]))}`,
  ),
  telling("Stripe webhook secret", ["STRIPE_WEBHOOK_SECRET"], (r) => `wh${"sec"}_${r.string(ALNUM, 32)}`),
  telling(
    "OpenAI key",
    ["OPENAI_API_KEY", "apiKey"],
    (r) => `sk-${"proj"}-${r.string(BASE64URL, 74)}T3${"BlbkFJ"}${r.string(BASE64URL, 74)}`,
  ),
  telling(
    "OpenAI key, older",
    ["OPENAI_API_KEY", "openaiKey"],
    (r) => `sk-${r.string(ALNUM, 20)}T3${"BlbkFJ"}${r.string(ALNUM, 20)}`,
  ),
  telling(
    "Anthropic key",
    ["ANTHROPIC_API_KEY", "claudeKey"],
    (r) => `sk-${"ant"}-api03-${r.string(BASE64URL, 93)}AA`,
  ),
  telling("OpenRouter key", ["OPENROUTER_API_KEY"], (r) => `sk-${"or"}-v1-${r.string(HEX, 64)}`),
  telling("DeepSeek key", ["DEEPSEEK_API_KEY"], (r) => `s${"k"}-${r.string(HEX, 32)}`),
  telling("Groq key", ["GROQ_API_KEY"], (r) => `gs${"k"}_${r.string(ALNUM, 52)}`),
  telling("xAI key", ["XAI_API_KEY"], (r) => `xa${"i"}-${r.string(ALNUM, 80)}`),
  telling("Hugging Face token", ["HF_TOKEN", "hfToken"], (r) => `h${"f"}_${r.string(LOWER + UPPER, 34)}`),
  telling("npm token", ["NPM_TOKEN", "npmToken"], (r) => `np${"m"}_${r.string(ALNUM, 36)}`),
  telling("PyPI token", ["TWINE_PASSWORD"], (r) => `py${"pi"}-AgEIcHlwaS5vcmc${r.string(BASE64URL, 120)}`),
  telling("RubyGems key", ["GEM_HOST_API_KEY"], (r) => `ruby${"gems"}_${r.string(HEX, 48)}`),
  telling(
    "SendGrid key",
    ["SENDGRID_API_KEY", "sendgridKey"],
    (r) => `S${"G"}.${r.string(BASE64URL, 22)}.${r.string(BASE64URL, 43)}`,
  ),
  telling("Mailgun key", ["MAILGUN_API_KEY"], (r) => `ke${"y"}-${r.string(HEX, 32)}`),
  nameless("Twilio auth token", ["TWILIO_AUTH_TOKEN", "authToken"], (r) => r.string(HEX, 32)),
  telling(
    "Telegram bot token",
    ["TELEGRAM_BOT_TOKEN"],
    (r) => `${r.between(1, 9)}${r.string(DIGITS, 9)}:A${"A"}${r.string(BASE64URL, 33)}`,
  ),
  telling(
    "Discord bot token",
    ["DISCORD_TOKEN"],
    (r) =>
      `${base64url(`${r.between(1, 9)}${r.string(DIGITS, 17)}`)}.${r.string(ALNUM, 6)}.${r.string(BASE64URL, 38)}`,
  ),
  telling(
    "DigitalOcean token",
    ["DIGITALOCEAN_TOKEN", "DO_TOKEN"],
    (r) => `do${"p"}_v1_${r.string(HEX, 64)}`,
  ),
  telling("Shopify token", ["SHOPIFY_ACCESS_TOKEN"], (r) => `shp${"at"}_${r.string(HEX, 32)}`),
  telling("Databricks token", ["DATABRICKS_TOKEN"], (r) => `da${"pi"}${r.string(HEX, 32)}`),
  telling("Docker token", ["DOCKER_PASSWORD"], (r) => `dc${"kr"}_pat_${r.string(BASE64URL, 27)}`),
  telling("Vault token", ["VAULT_TOKEN"], (r) => `hv${"s"}.${r.string(BASE64URL, 92)}`),
  telling(
    "Terraform token",
    ["TFE_TOKEN"],
    (r) => `${r.string(ALNUM, 14)}.atl${"asv1"}.${r.string(BASE64URL, 67)}`,
  ),
  telling(
    "Tailscale key",
    ["TS_AUTHKEY"],
    (r) => `ts${"key"}-auth-k${r.string(ALNUM, 10)}CNTRL-${r.string(ALNUM, 32)}`,
  ),
  telling("Notion token", ["NOTION_TOKEN"], (r) => `nt${"n"}_${r.string(DIGITS, 11)}${r.string(ALNUM, 35)}`),
  telling("Linear key", ["LINEAR_API_KEY"], (r) => `lin_${"api"}_${r.string(ALNUM, 40)}`),
  telling(
    "Atlassian token",
    ["JIRA_API_TOKEN"],
    (r) => `AT${"ATT3"}xFfGF0${r.string(BASE64URL, 170)}=${r.string(HEX.toUpperCase(), 8)}`,
  ),
  {
    ...telling(
      "Azure storage key",
      ["AZURE_STORAGE_CONNECTION_STRING"],
      (r) =>
        `DefaultEndpointsProtocol=https;AccountName=media;AccountKey=${r.string(BASE64, 86)}==;EndpointSuffix=core.windows.net`,
    ),
    core: (made) => /AccountKey=([^;]+)/.exec(made)?.[1] ?? "",
  },
  telling("JSON Web Token", ["SESSION_JWT", "idToken", "jwt"], (r) =>
    [
      base64url('{"alg":"HS256","typ":"JWT"}'),
      base64url(
        `{"sub":"${r.string(DIGITS, 8)}","name":"Mira ${r.string(LOWER, 6)}","iat":${r.between(1_700_000_000, 1_790_000_000)}}`,
      ),
      r.string(BASE64URL, 43),
    ].join("."),
  ),
  {
    ...telling("private key", ["TLS_KEY", "privateKey"], (r) => pem(r)),
    contexts: [
      "$ cat deploy.key\n§\n",
      "tls:\n  key: |\n    §\n  port: 443",
      "00001| §\n",
      "const key = `§`\n",
      "diff --git a/id_rsa b/id_rsa\nnew file mode 100600\n--- /dev/null\n+++ b/id_rsa\n@@ -0,0 +1,14 @@\n+§\n",
      '{"type": "service_account", "private_key": "§", "client_email": "a@b.iam.gserviceaccount.com"}',
      'PRIVATE_KEY="§"',
      "Here is the key you asked for:\n\n```\n§\n```\n\nKeep it safe.",
    ],
    core: (made) => made,
  },
  {
    ...telling(
      "PostgreSQL URL",
      ["DATABASE_URL", "databaseUrl"],
      (r) => `post${"gres"}://app:${password(r)}@db-${r.between(1, 9)}.acme.net:5432/orders?sslmode=require`,
    ),
    core: passwordOf,
  },
  {
    ...telling(
      "MongoDB URL",
      ["MONGO_URL"],
      (r) => `mongo${"db"}+srv://svc-report:${password(r)}@cluster0.${r.string(LOWER, 5)}.mongodb.net/prod`,
    ),
    core: passwordOf,
  },
  {
    ...telling(
      "Redis URL",
      ["REDIS_URL"],
      (r) => `redi${"ss"}://default:${password(r)}@cache.acme.net:6380/0`,
    ),
    core: passwordOf,
  },
  {
    ...telling("AMQP URL", ["BROKER_URL"], (r) => `am${"qp"}://worker:${password(r)}@mq.acme.net:5672/jobs`),
    core: passwordOf,
  },
  {
    ...telling(
      "git remote with a password",
      ["REMOTE"],
      (r) => `ht${"tps"}://deploy:${password(r)}@git.acme.net/team/app.git`,
    ),
    core: passwordOf,
  },
  {
    ...telling("Authorization: Bearer", [], (r) => r.string(BASE64URL, r.between(24, 64))),
    contexts: [
      'curl -sS -H "Authorization: Bearer §" https://api.acme.net/v1/me',
      "> GET /v1/me HTTP/1.1\n> Host: api.acme.net\n> Authorization: Bearer §\n> Accept: */*",
      'const response = await fetch(url, { headers: { Authorization: "Bearer §" } })',
      '{"headers": {"authorization": "Bearer §", "accept": "application/json"}}',
      '{\\"Authorization\\": \\"Bearer §\\"}',
      "http GET api.acme.net/items 'Authorization:Bearer §'",
      "DEBUG request headers: {'Authorization': 'token §', 'User-Agent': 'python-requests/2.32'}",
    ],
  },
  {
    ...telling("Authorization: Basic", [], (r) => base64(`${r.string(LOWER, 6)}:${password(r)}`)),
    contexts: [
      "curl -H 'Authorization: Basic §' https://registry.acme.net/v2/_catalog",
      "Proxy-Authorization: Basic §",
      '"Authorization" => "Basic §"',
      'request.headers["authorization"] = "Basic §";',
    ],
  },
  {
    ...telling("curl with user and password", [], (r) => password(r)),
    contexts: [
      "curl -u admin:§ https://nexus.acme.net/service/rest/v1/status",
      "curl --user 'ci:§' -X POST https://jenkins.acme.net/job/app/build",
    ],
  },
  {
    ...telling("ADO connection string", [], (r) => password(r)),
    contexts: [
      '"Default": "Server=sql.acme.net;Database=orders;User Id=app;Password=§;Encrypt=true"',
      "jdbc:sqlserver://sql.acme.net:1433;databaseName=orders;user=app;password=§;encrypt=true",
    ],
  },
  telling("Google refresh token", ["REFRESH_TOKEN"], (r) => `1/${"/"}0${r.string(BASE64URL, 80)}`),
  telling("Cloudflare token", ["CLOUDFLARE_API_TOKEN"], (r) => `cf${"ut"}_${r.string(ALNUM, 48)}`),
  {
    ...telling("registry's user and password", [], (r) => base64(`${r.string(LOWER, 6)}:${password(r)}`)),
    contexts: [
      '{"auths":{"ghcr.io":{"auth":"§"}}}',
      '{\n  "auths": {\n    "registry.acme.net": {\n      "auth": "§"\n    }\n  }\n}',
    ],
  },
  {
    ...telling("password in a place of its own", [], (r) => password(r)),
    contexts: [
      "machine git.acme.net login mira password §",
      "machine git.acme.net\n  login mira\n  password §\n",
      "sshpass -p § ssh mira@db.acme.net uptime",
      "db.acme.net:5432:orders:app:§",
      'network={\n    ssid="acme"\n    psk="§"\n}',
    ],
  },
  {
    ...telling("hash of a password", [], (r) => r.string(ALNUM, 86)),
    contexts: ["mira:$6$Zk40LmW0aB3cD4eF$§:19000:0:99999:7:::", "$6$rounds=5000$aB3cD4eF$§"],
  },
  {
    ...telling("signature of Amazon", [], (r) => r.string(HEX, 64)),
    contexts: ["https://b.s3.amazonaws.com/x.tgz?X-Amz-Expires=300&X-Amz-Signature=§&x-id=GetObject"],
  },
  {
    ...telling("Sentry DSN", [], (r) => r.string(HEX, 32)),
    contexts: [
      "SENTRY=https://§@o4501.ingest.us.sentry.io/4505",
      'dsn: "https://§@o4501.ingest.sentry.io/77"',
    ],
  },
  {
    ...telling("PuTTY key", [], (r) => [r.string(BASE64, 64), r.string(BASE64, 40)].join("\n")),
    contexts: ["Public-Lines: 0\nPrivate-Lines: 2\n§\nPrivate-MAC: 0"],
  },
  {
    ...telling(
      "password of all signs",
      [],
      (r) => `${r.string(ALNUM, 2)};K${r.string(ALNUM, 5)}7#x&${r.string(ALNUM, 4)}`,
    ),
    contexts: ["password: §", "The password is § for now.", "DB_PASSWORD=§"],
  },
  nameless("API key of hex digits", ["DATADOG_API_KEY", "apiKey", "api_key", "x-api-key"], (r) =>
    r.string(HEX, r.pick([32, 40, 64])),
  ),
  nameless(
    "API key of letters and digits",
    ["ACME_API_KEY", "serviceToken", "access_token", "clientSecret"],
    (r) => r.string(ALNUM, r.between(20, 48)),
  ),
  nameless("API key that is a UUID", ["HEROKU_API_KEY", "apiToken", "api_secret"], (r) => uuid(r)),
  nameless(
    "random secret in Base64",
    ["SESSION_SECRET", "NEXTAUTH_SECRET", "encryptionKey", "COOKIE_SECRET"],
    (r) => `${r.string(BASE64, 43)}=`,
  ),
  nameless(
    "password",
    ["DB_PASSWORD", "password", "POSTGRES_PASSWORD", "smtpPassword", "passwd", "REDIS_PASS"],
    (r) => password(r),
  ),
]

/** As generators of passwords make them, and as people do. */
export function password(random: Random): string {
  const word = random.pick(["Harbour", "tide", "Lantern", "kestrel", "Maple", "granite", "Orbit", "velvet"])
  return random.pick([
    () => random.string(`${ALNUM}!*_-.~+`, random.between(12, 28)),
    () => random.string(ALNUM, 16),
    () => `${word}${random.string(DIGITS, 4)}!`,
    () => `${word}-${random.string(ALNUM, 6)}-${random.between(10, 99)}`,
  ])()
}

function pem(random: Random): string {
  const [label, head] = random.pick([
    ["RSA PRIVATE", "MIIEow"],
    ["PRIVATE", "MIIEvQ"],
    ["EC PRIVATE", "MHcCAQ"],
    ["OPENSSH PRIVATE", "b3BlbnNzaC1rZXktdjEA"],
  ] as const)
  const body = head + random.string(BASE64, random.between(160, 1_500))
  const lines = body.match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label} ${"KEY"}-----`, ...lines, `-----END ${label} ${"KEY"}-----`].join("\n")
}
