import { describe, expect, it } from "vitest"
import type { Item } from "../protocol/item.ts"
import { redactorWith } from "./test-redactor.ts"

const HASH = "Zk40LmW0aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV3wX4yZ5"
const HEX = "0f9e8d7c6b5a49382716f5e4d3c2b1a0"
const BASIC = Buffer.from("mira:Tide-4711-lamp").toString("base64")
const ESC = "\u001b["

async function redacted(text: string): Promise<string> {
  return (await redactorWith({}).redactText(text)).text
}

function tool(name: string, input: Record<string, unknown>, output: string): Item {
  return {
    type: "part",
    data: { type: "tool", tool: name, state: { status: "completed", input, output } },
  }
}

async function output(name: string, input: Record<string, unknown>, text: string): Promise<string> {
  const { item } = await redactorWith({}).redact(tool(name, input, text))
  return (item.data as { state: { output: string } }).state.output
}

describe("forms of secrets", () => {
  it.each([
    ["docker's configuration", `{"auths":{"ghcr.io":{"auth":"${BASIC}"}}}`, BASIC],
    ["docker's configuration in JSON", `"{\\"ghcr.io\\":{\\"auth\\": \\"${BASIC}\\"}}"`, BASIC],
    ["netrc on one line", "machine git.acme.net login me password swordfish", "swordfish"],
    ["netrc on lines", "machine git.acme.net\n  login me\n  password swordfish\n", "swordfish"],
    ["sshpass", "sshpass -p swordfish ssh me@host", "swordfish"],
    ["sshpass, quoted", "sshpass -p'swordfish' ssh me@host", "swordfish"],
    ["setx", "setx API_KEY swordfish99", "swordfish99"],
    ["fish", "set -x API_KEY swordfish99", "swordfish99"],
    ["fish, global", "set -gx DB_PASSWORD 'swordfish'", "swordfish"],
    ["name and value", `{"name":"API_TOKEN","value":"swordfish9"}`, "swordfish9"],
    ["value and name", `{"value": "swordfish9", "name": "API_TOKEN"}`, "swordfish9"],
    ["Markdown", "**API key**: `q8Zk40LmW0aB3cD4`", "q8Zk40"],
    ["Markdown, colon inside", "- **Password:** `Tide-4711`", "4711"],
    ["colours", `${ESC}32mAPI_KEY${ESC}0m=q8Zk40LmW0aB3cD4${ESC}0m`, "q8Zk40"],
    ["colours around the sign", `DB_PASSWORD${ESC}0m: ${ESC}1;33mTide-4711${ESC}0m`, "4711"],
    ["a token in colour", `${ESC}1mgh${"p"}_${HASH.slice(0, 36)}${ESC}0m`, "aB3cD4"],
    ["Notion", `nt${"n"}_${HASH.slice(0, 46)}`, "aB3cD4"],
    ["Google refresh token", `1/${"/"}0${HASH}`, "aB3cD4"],
    ["Cloudflare user token", `cf${"ut"}_${HASH.slice(0, 40)}a1b2c3d4`, "aB3cD4"],
    ["Cloudflare account token", `cf${"at"}_${HASH.slice(0, 40)}a1b2c3d4`, "aB3cD4"],
    ["pgpass", "db.acme.net:5432:orders:app:swordfish", "swordfish"],
    ["pgpass for all", "*:*:*:app:swordfish", "swordfish"],
    ["shadow", `mira:$6$rounds=5000$saltsalt$${HASH}${HASH.slice(0, 39)}:19000:0:99999:7:::`, "aB3cD4"],
    ["shadow, yescrypt", `mira:$y$j9T$saltsaltsalt$${HASH.slice(0, 43)}:19000::::::`, "aB3cD4"],
    ["htpasswd, bcrypt", `mira:$2y$05$${HASH}Ab1cD2`, "aB3cD4"],
    ["htpasswd, apr1", `mira:$apr1$saltsalt$${HASH.slice(0, 22)}`, "aB3cD4"],
    ["argon2", `$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$${HASH.slice(0, 43)}`, "aB3cD4"],
    ["Wi-Fi", '    psk="swordfish"', "swordfish"],
    ["Wi-Fi with spaces", '    psk="tide swordfish 47"', "swordfish"],
    ["a signed URL of S3", `https://b.s3/x?X-Amz-Signature=${HEX}${HEX}`, HEX],
    [
      "the key id of one",
      "https://b.s3/x?X-Amz-Credential=swordfishes%2F20261121%2Feu%2Fs3%2Faws4_request&a=1",
      "swordfishes",
    ],
    ["Sentry", `https://${HEX}@o1234.ingest.de.sentry.io/5678`, HEX],
    ["PuTTY", `Private-Lines: 2\n${HASH}\n${HASH.slice(9)}==\nPrivate-MAC: ${HEX}`, "kL8mN9"],
    ["a password of all signs", "password: ab;Cd9#ef(g)", "Cd9#"],
    ["a password in talk", "the password is Tr0ub4dor&3xyz", "3xyz"],
    ["a password with a quote inside", `password: "Tr0ub4dor'3xyz"`, "3xyz"],
  ])("%s", async (_, text, secret) => {
    expect(await redacted(text)).not.toContain(secret)
  })

  it.each([
    "const lines = source.split('\\n').map((line, n) => `$6$${n}`)",
    "src/main.c:5432:orders:error:unused",
    '{"name": "API_TOKEN_LIMIT", "value": "thousand4"}',
    '{"name": "token", "value": "required"}',
    "set -x; make test",
    "Private-Lines are what PuTTY calls them",
    "password reset\nlogin page\n",
    "https://x.test/login?password=Tide-4711-x&page=2",
    '"auth": "required-for-all"',
    "password = getpass.getpass(prompt='Password: ')",
  ])("and nothing of %s", async (text) => {
    const { text: shown } = await redactorWith({ allow: ["Tide-4711-x"] }).redactText(text)
    expect(shown).toBe(text)
  })

  const PEM = [
    `-----BEGIN RSA PRIVATE ${"KEY"}-----`,
    `MIIEow${HASH}${HASH.slice(0, 11)}`,
    `${HASH.slice(0, 40)}AbCdEfGhIjKlMnOpQrStUvWx`,
  ]
  it.each([
    ["in what grep -n shows", PEM.map((line, at) => `id_rsa:${at + 1}:${line}`).join("\n")],
    ["in what OpenCode's grep shows", PEM.map((line, at) => `  Line ${at + 1}: ${line}`).join("\n")],
    ["indented in a diff", PEM.map((line) => `+        ${line}`).join("\n")],
    ["on one line, cut off", `use ${PEM.join(" ")}`],
    ["on one line, cut off, and talk behind it", `use ${PEM.join(" ")} please, and test it`],
  ])("a private key %s", async (_, text) => {
    const shown = await redacted(text)
    expect(shown).not.toMatch(/MIIEow|aB3cD4|AbCdEf/)
    expect(shown).toContain("[redacted:private-key:1]")
  })

  it("a password in a URL's query ends where the next parameter begins", async () => {
    expect(await redacted("https://x.test/?password=Tide-4711-x&page=2")).toBe(
      "https://x.test/?password=[redacted:connection-string:1]&page=2",
    )
  })
})

describe("content of .env files", () => {
  const MULTI = ['MULTI="first line secretA1', 'second line secretB2"', "PORT=3000"]
  const places: [string, (line: string, at: number) => string][] = [
    ["plain", (line) => line],
    ["read", (line, at) => `${String(at + 1).padStart(5, "0")}| ${line}`],
    ["read, newer", (line, at) => `${at + 1}: ${line}`],
    ["cat -n", (line, at) => `     ${at + 1}\t${line}`],
    ["grep", (line) => `/srv/.env:${line}`],
    ["grep -n", (line, at) => `.env:${at + 1}:${line}`],
    ["grep, in colour", (line) => `${ESC}35m.env${ESC}m${ESC}K:${line}`],
    ["diff, in colour", (line) => `${ESC}32m+${line}${ESC}m`],
    ["diff, added", (line) => `+${line}`],
    ["diff, removed", (line) => `-${line}`],
    ["diff, unchanged", (line) => ` ${line}`],
  ]
  it.each(places)("values of several lines: %s", async (_, place) => {
    const text = MULTI.map(place).join("\n")
    const shown = await output("bash", { command: "cat .env" }, text)
    expect(shown).not.toMatch(/secret[AB]/)
    expect(shown).toContain("PORT=3000")
  })

  it.each([
    ["commented out", "cat .env", "#OLD=commentedsecret99\n# OLDER=commentedsecret98"],
    ["of a file that is called so", "cat deploy/env.production", "OLD=commentedsecret99"],
    ["of prod.env", "cat prod.env", "OLD=commentedsecret99"],
    ["of .envrc", "cat .envrc", "export OLD=commentedsecret99"],
    ["of all of them", "head .env*", "==> .env <==\nOLD=commentedsecret99"],
    ["of another commit", "git show HEAD:.env", "OLD=commentedsecret99"],
    ["in what grep found", "grep -rn OLD .", "./.env:3:OLD=commentedsecret99"],
    ["in a diff", "git diff", "diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n-OLD=commentedsecret99"],
  ])("%s", async (_, command, text) => {
    expect(await output("bash", { command }, text)).not.toContain("commentedsecret")
  })

  it("found by OpenCode's grep, and only there", async () => {
    const text =
      "Found 2 matches\n/srv/.env:\n  Line 2: DB_PASSWORD=swordfish\n\n/srv/a.ts:\n  Line 1: X=rowingboat12\n"
    expect(await output("grep", { pattern: "=", path: "/srv" }, text)).toBe(
      text.replace("swordfish", "[redacted:env-file:1]"),
    )
    expect(await output("grep", { pattern: "=", include: ".env*" }, "Line 1: X=rowingboat12")).not.toContain(
      "rowing",
    )
  })

  it("are remembered if their names say so", async () => {
    const redactor = redactorWith({})
    const lines = [
      "DB_PASSWORD=swordfish",
      "AUTH_HOST=lighthouse",
      "TOKEN_MODE=production",
      "API_KEY=localhost",
      "WORD=rowing-boat-12",
      "PASSWORD=password",
    ]
    await redactor.redact(tool("read", { filePath: ".env" }, lines.join("\n")))
    const later = "swordfish DB_PASSWORD:swordfish swordfishing lighthouse production localhost password"
    const { text } = await redactor.redactText(later)
    expect(text).toBe(
      "[redacted:env-file:1] DB_PASSWORD:[redacted:env-file:1] swordfishing lighthouse production localhost password",
    )
  })

  it("of the shell itself and plain values are no secrets", async () => {
    const text = [
      "BASH_EXECUTION_STRING='set | head -3 # x=4711abc'",
      "TERM=xterm-256color",
      "PATH=/usr/bin:/bin:/opt/x9",
      "OLDPWD=/srv/app",
      "_=/usr/bin/env",
      "LANG=de_DE.UTF-8",
      "EDITOR=nvim-0.10",
      "DATA_DIR=./data/v2",
      "REGION=eu-central-1",
      "GREETING=good morning",
      "RATIO=0.25",
      "LC_TIME=C.UTF-8",
    ].join("\n")
    expect(await output("bash", { command: "set | head" }, text)).toBe(text)
    expect(await output("bash", { command: "env" }, "ZUGANG=q8Zk40Lm")).toBe("ZUGANG=[redacted:env-file:1]")
  })

  it("the shell's working directory is no password, wherever its name comes from", async () => {
    for (const folder of [
      "/tmp/work-v0HU3c/project",
      "/srv/kT9-xQ2vLm7/app",
      "C:\\\\Kunden\\\\aB3xK9-7qLm",
    ]) {
      const redactor = redactorWith({ environment: { PWD: folder, OLDPWD: folder } })
      for (const line of [folder, `PWD=${folder}`, `declare -x PWD="${folder}"`, `"PWD": "${folder}",`]) {
        expect((await redactor.redactText(line)).text).toBe(line)
      }
    }
    const { text } = await redactorWith({}).redactText("Server=db;Uid=sa;PWD=/kT9xQ2vLm7;")
    expect(text).not.toContain("kT9xQ2vLm7")
  })
})
