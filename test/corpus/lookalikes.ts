import { ALNUM, BASE64, BASE64URL, base64, DIGITS, HEX, LOWER, type Random, UPPER, uuid } from "./random.ts"

/** Kinds of harmless text that looks like secrets, or stands where they stand. */
export interface LookalikeKind {
  name: string
  make(random: Random): string
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
const word = (r: Random): string =>
  r.pick(["harbour", "queue", "ledger", "invoice", "session", "worker", "profile", "report"])
const kind = (name: string, make: (random: Random) => string): LookalikeKind => ({ name, make })

export const LOOKALIKE_KINDS: readonly LookalikeKind[] = [
  kind(
    "git log",
    (r) =>
      `commit ${r.string(HEX, 40)}\nAuthor: Mira <mira@example.com>\n\n    Rotate ${word(r)} tokens daily`,
  ),
  kind(
    "git log, short",
    (r) => `${r.string(HEX, 7)} Fix password reset\n${r.string(HEX, 7)} Add API key page`,
  ),
  kind(
    "git diff index",
    (r) =>
      `diff --git a/src/auth/token.ts b/src/auth/token.ts\nindex ${r.string(HEX, 10)}..${r.string(HEX, 10)} 100644`,
  ),
  kind(
    "npm lock",
    (r) =>
      `"node_modules/js-tokens": {\n  "version": "4.0.${r.between(0, 9)}",\n  "resolved": "https://registry.npmjs.org/js-tokens/-/js-tokens-4.0.0.tgz",\n  "integrity": "sha512-${r.string(BASE64, 86)}=="\n}`,
  ),
  kind(
    "yarn lock",
    (r) =>
      `passport@^0.7.0:\n  version "0.7.0"\n  resolved "https://registry.yarnpkg.com/passport/-/passport-0.7.0.tgz#${r.string(HEX, 40)}"\n  integrity sha512-${r.string(BASE64, 86)}==`,
  ),
  kind(
    "pnpm lock",
    (r) => `  /secure-json-parse@2.7.0:\n    resolution: {integrity: sha512-${r.string(BASE64, 86)}==}`,
  ),
  kind(
    "Cargo lock",
    (r) => `[[package]]\nname = "secrecy"\nversion = "0.10.3"\nchecksum = "${r.string(HEX, 64)}"`,
  ),
  kind(
    "go.sum",
    (r) =>
      `golang.org/x/oauth2 v0.${r.between(1, 30)}.0 h1:${r.string(BASE64, 43)}=\ngolang.org/x/oauth2 v0.21.0/go.mod h1:${r.string(BASE64, 43)}=`,
  ),
  kind(
    "poetry lock",
    (r) => `    {file = "keyring-25.6.0-py3-none-any.whl", hash = "sha256:${r.string(HEX, 64)}"},`,
  ),
  kind("image digest", (r) => `FROM ghcr.io/acme/token-service:2.1@sha256:${r.string(HEX, 64)}`),
  kind("UUIDs", (r) => `{"id":"${uuid(r)}","requestId":"${uuid(r)}","userId":"${uuid(r)}"}`),
  kind(
    "UUID in a log",
    (r) => `2026-11-20T08:14:11Z info request ${uuid(r)} took ${r.between(1, 900)} ms, 2 tokens refreshed`,
  ),
  kind(
    "ULID",
    (r) => `event 01${r.string(CROCKFORD, 24)} stored under key ${word(r)}/01${r.string(CROCKFORD, 24)}`,
  ),
  kind(
    "OpenCode ids",
    (r) =>
      `{"sessionID":"ses_${r.string(HEX, 12)}ffe${r.string(ALNUM, 14)}","messageID":"msg_${r.string(HEX, 12)}001${r.string(ALNUM, 14)}","id":"prt_${r.string(HEX, 12)}001${r.string(ALNUM, 14)}","callID":"call_${r.string(ALNUM, 24)}"}`,
  ),
  kind(
    "call ids",
    (r) =>
      `{"type":"tool_use","id":"toolu_01${r.string(ALNUM, 22)}","name":"read","response":"chatcmpl-${r.string(ALNUM, 29)}"}`,
  ),
  kind(
    "image in Base64",
    (r) => `data:image/png;base64,iVBORw0KGgo${r.string(BASE64, r.between(300, 2_000))}=`,
  ),
  kind(
    "image in Markdown",
    (r) =>
      `![chart](data:image/jpeg;base64,/9j/4AAQ${r.string(BASE64, r.between(300, 2_000))}==) shows the token usage`,
  ),
  kind(
    "font in CSS",
    (r) =>
      `@font-face{font-family:Inter;src:url(data:font/woff2;base64,d09GMgABAAAAA${r.string(BASE64, 800)}) format("woff2")}`,
  ),
  kind(
    "CSS modules",
    (r) =>
      `<div class="card_${r.string(ALNUM, 5)} token__${r.string(ALNUM, 5)} css-${r.string(LOWER + DIGITS, 7)}">`,
  ),
  kind(
    "hashed assets",
    (r) =>
      `<script type="module" src="/assets/index-${r.string(ALNUM, 8)}.js"></script>\n<link href="/assets/password-form-${r.string(ALNUM, 8)}.css" rel="stylesheet">`,
  ),
  kind(
    "minified script",
    (r) =>
      `!function(e,t){var n=t.token||"",r=e.password,o={apiKey:n,secret:void 0};for(var i=0;i<n.length;i++)o[i]=n.charCodeAt(i)^${r.between(1, 255)};return t.auth=function(a){return a.key===r?o:null}}(${r.string(LOWER, 1)},window);`,
  ),
  kind(
    "source map",
    (r) =>
      `//# sourceMappingURL=data:application/json;base64,${base64(`{"version":3,"sources":["token.ts"],"names":[],"mappings":"AAAA,${r.string(UPPER, 40)}"}`)}`,
  ),
  kind(
    "source map, mappings",
    (r) =>
      `{"version":3,"file":"secret.js","mappings":"${Array.from({ length: 30 }, () => r.string(UPPER, 4)).join(",")};AACA"}`,
  ),
  kind(
    "versions",
    (r) =>
      `node v20.${r.between(1, 30)}.2, npm 10.8.2, passport-jwt@4.0.1, tokenizers 0.${r.between(10, 22)}.1`,
  ),
  kind("stand-ins in .env", (r) =>
    r.pick([
      "API_KEY=YOUR_API_KEY",
      "GITHUB_TOKEN=<your-token>",
      "DB_PASSWORD=changeme",
      "SECRET_KEY=replace-me-with-a-secret",
      "OPENAI_API_KEY=sk-...",
      "STRIPE_SECRET_KEY=sk_test_...",
      "TOKEN=xxxxxxxxxxxxxxxxxxxx",
      "PASSWORD=********",
      "JWT_SECRET=",
      "API_TOKEN=${API_TOKEN}",
    ]),
  ),
  kind("stand-ins in code", (r) =>
    r.pick([
      'apiKey: "YOUR_API_KEY_HERE"',
      'password = "<password>"',
      "token: '{{ secrets.DEPLOY_TOKEN }}'",
      'client_secret: "insert-client-secret-here"',
      '"api_key": "example-api-key"',
      "password: ${DB_PASSWORD}",
    ]),
  ),
  kind("reading the environment", (r) =>
    r.pick([
      "const token = process.env.GITHUB_TOKEN",
      'password=os.environ["DB_PASSWORD"]',
      "apiKey: process.env.OPENAI_API_KEY ?? ''",
      'token := os.Getenv("API_TOKEN")',
      "secret = ENV.fetch('SECRET_KEY_BASE')",
      "const key = import.meta.env.VITE_API_KEY",
      "token: ${{ secrets.NPM_TOKEN }}",
      "password: $DB_PASSWORD",
      'api_key = config["api_key"]',
    ]),
  ),
  kind("types", (r) =>
    r.pick([
      "interface Login {\n  user: string\n  password: string\n  token?: string | undefined\n}",
      "function verify(token: string, secret: Uint8Array): Promise<JwtPayload>",
      "type Credentials = { apiKey: ApiKey; secret: SecretKey }",
      "password: z.string().min(12)",
      "pub struct Auth { token: SecretString, password: Option<String> }",
      "def login(username: str, password: str, token: Optional[str] = None) -> Session:",
    ]),
  ),
  kind("calls and names", (r) =>
    r.pick([
      "const token = await getAccessToken(user.id)",
      "this.token = response.data.accessToken",
      "password: hashPassword(input.password)",
      "if (token !== expectedToken) throw new InvalidTokenError()",
      "secret: createSecretKey(bytes)",
      "const apiKey = readApiKeyFromHeader(request)",
      "setPassword(form.newPassword)",
      "token = tokens[i]; i += 1",
      "const refreshToken = session.refreshTokenV2",
    ]),
  ),
  kind("words in talk", (r) =>
    r.pick([
      "The password is hashed with argon2id before it is stored.",
      "Your token has expired, so log in again.",
      "Set the secret to something long; the API key goes into the header.",
      "Bearer tokens are checked by the middleware.",
      "Basic authentication is off by default.",
      "I renamed `token` to `accessToken` in all files.",
      "password: required, at least twelve characters",
      "The secret: keep it simple.",
    ]),
  ),
  kind(
    "counts of tokens",
    (r) =>
      `{"tokens":{"input":${r.between(1, 90_000)},"output":${r.between(1, 9_000)},"reasoning":0,"cache":{"read":${r.between(1, 90_000)},"write":0}},"max_tokens":${r.between(1_000, 64_000)},"tokenLimit":200000}`,
  ),
  kind(
    "names of secrets",
    (r) => `secretName: ${word(r)}-db-credentials\nsecretKeyRef:\n  name: ${word(r)}-tls-v2\n  key: password`,
  ),
  kind("public key", (r) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${r.string(BASE64, 43)} mira@example.com`),
  kind(
    "public key, PEM",
    (r) =>
      `-----BEGIN PUBLIC KEY-----\n${Array.from({ length: 6 }, () => r.string(BASE64, 64)).join("\n")}\n-----END PUBLIC KEY-----`,
  ),
  kind(
    "certificate",
    (r) =>
      `-----BEGIN CERTIFICATE-----\n${Array.from({ length: 12 }, () => r.string(BASE64, 64)).join("\n")}\n-----END CERTIFICATE-----`,
  ),
  kind(
    "fingerprints",
    (r) =>
      `256 SHA256:${r.string(BASE64, 43)} mira@example.com (ED25519)\nFingerprint=${Array.from({ length: 20 }, () => r.string(HEX, 2).toUpperCase()).join(":")}`,
  ),
  kind("private key, left out", () => "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
  kind(
    "placeholders of ours",
    (r) =>
      `GITHUB_TOKEN=[redacted:github-token:${r.between(1, 9)}]\npostgres://app:[redacted:connection-string:1]@db/orders\nAuthorization: Bearer [redacted:authorization:${r.between(1, 9)}]\n"password": "[redacted:password:2]"`,
  ),
  kind(
    "URLs",
    (r) =>
      `https://github.com/acme/app/blob/${r.string(HEX, 40)}/src/auth/token.ts#L${r.between(1, 300)}\nhttps://example.com/reset-password?step=2&lang=en`,
  ),
  kind("URLs with stand-ins", (r) =>
    r.pick([
      "postgres://user:password@localhost:5432/app",
      "mysql://root:root@127.0.0.1/test",
      "https://user:pass@example.com/",
      "redis://:${REDIS_PASSWORD}@cache:6379",
      "mongodb://<user>:<password>@cluster0.example.net",
    ]),
  ),
  kind("web storage keys", (r) =>
    r.pick([
      'localStorage.getItem("auth_token_v2")',
      'const TOKEN_KEY = "app.session.token"',
      'cookies.get("next-auth.session-token")',
      'const PASSWORD_FIELD = "new-password"',
      "queryKey: ['user-profile', 'access-token-list']",
    ]),
  ),
  kind(
    "checksums",
    (r) => `${r.string(HEX, 64)}  opencode-linux-x64.tar.gz\n${r.string(HEX, 64)}  key-manager_1.2.0.deb`,
  ),
  kind(
    "ETags and caches",
    (r) =>
      `etag: W/"${r.string(HEX, 8)}-${r.string(BASE64, 27)}"\nx-amz-request-id: ${r.string(UPPER + DIGITS, 16)}\nx-cache-key: ${r.string(HEX, 32)}\nx-amz-id-2: ${r.string(BASE64, 76)}`,
  ),
  kind(
    "AWS names",
    (r) =>
      `arn:aws:secretsmanager:eu-central-1:${r.string(DIGITS, 12)}:secret:prod/${word(r)}-${r.string(ALNUM, 6)}\naws_account_id = "${r.string(DIGITS, 12)}"`,
  ),
  kind("models", (r) =>
    r.pick([
      "model: claude-sonnet-4-5-20250929, max_tokens: 8192",
      '"tokenizer": "o200k_base-2024-05-13"',
      "gpt-4o-mini-2024-07-18 used 1204 tokens",
      "provider=anthropic key=claude-opus-4-1",
    ]),
  ),
  kind("tests", (r) =>
    r.pick([
      'expect(token).toBe("valid-token")',
      'await login({ user: "mira", password: "secret" })',
      'const token = "test-token"',
      'assert password == "hunter"',
      'render(<PasswordInput value="password" />)',
    ]),
  ),
  kind(
    "directory listing",
    (r) =>
      `-rw-r--r-- 1 dev dev ${r.between(100, 9_999)} Nov 20 08:14 secrets.example.yaml\n-rw-r--r-- 1 dev dev  812 Nov 20 08:14 token-${r.string(LOWER, 5)}.ts\ndrwxr-xr-x 2 dev dev 4096 Nov 20 08:14 api_keys`,
  ),
  kind(
    "stack trace",
    (r) =>
      `Error: invalid token\n    at verifyToken (/srv/app/node_modules/jsonwebtoken/verify.js:${r.between(1, 200)}:17)\n    at PasswordStrategy.authenticate (/srv/app/src/auth/password-strategy.ts:${r.between(1, 99)}:9)`,
  ),
  kind(
    "SQL",
    (r) =>
      `ALTER TABLE users ADD COLUMN password_hash text NOT NULL;\nCREATE INDEX idx_tokens_${r.string(LOWER, 4)} ON tokens (token_hash, expires_at);`,
  ),
  kind(
    "hashes of passwords in code",
    (r) =>
      `-- migration ${r.string(DIGITS, 14)}_add_token_digest\nSELECT encode(digest(token, 'sha256'), 'hex') FROM api_keys WHERE id = ${r.between(1, 9_999)};`,
  ),
  kind(
    "Base64 of nothing secret",
    (r) => `"content": "${base64(`The quick brown ${word(r)} jumps over the lazy dog ${r.between(1, 99)}`)}"`,
  ),
  kind(
    "nanoid",
    (r) =>
      `{"key":"${r.string(BASE64URL, 21)}","blockId":"${r.string(BASE64URL, 21)}","nonce":"${r.string(BASE64URL, 16)}"}`,
  ),
  kind("what stands where passwords do", (r) =>
    r.pick([
      `{"name":"token_limit","value":"${r.between(1_000, 9_999)}"}`,
      '{"name": "password", "value": "required"}',
      `{"name":"${word(r)}","value":"${r.string(LOWER, 12)}"}`,
      "**Password:** see the vault",
      "set -x; npm test",
      "set -euo pipefail",
      `src/${word(r)}.c:5432:11: error: unused variable`,
      "machine learning\npassword reset",
      '"auth": "required"',
      `s/(a)(b)/$1$2/ # ${word(r)}`,
      "The password is optional; see below.",
    ]),
  ),
  kind("code with passwords and signs", (r) =>
    r.pick([
      "if (password === confirm && form.valid) submit(password);",
      `const password = hash(${word(r)}Password2, { rounds: 12 });`,
      "password: z.string().min(12).max(128),",
      "login(password=user.password, remember=True)",
      `type Login = { password: string; ${word(r)}: number }`,
      "password = getpass.getpass(prompt='Password: ')",
      "let password: Option<String> = args.get(1).cloned();",
      `${word(r)}.password?.length >= 8 && isStrong(password)`,
    ]),
  ),
]
