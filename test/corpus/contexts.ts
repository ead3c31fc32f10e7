import type { Random } from "./random.ts"

/** Where secrets stand in sessions. `§` is the secret, `¶` a name that it is given. */
export const NAMED: readonly string[] = [
  // Code
  'const ¶ = "§"',
  "export const ¶: string = '§'",
  '    ¶="§",',
  'private static final String ¶ = "§";',
  '¶ := "§"',
  'let ¶ = String::from("§");',
  'client = Client(¶="§", timeout=30)',
  "new Client({ region: 'eu-central-1', ¶: '§' })",
  // .env, shell
  "NODE_ENV=production\n¶=§\nPORT=3000",
  '¶="§"',
  "export ¶=§",
  "$ ¶=§ npm run deploy",
  "docker run -d -e ¶=§ -p 8080:80 acme/app:2.4.1",
  'gh secret set ¶ --body "§"',
  // JSON, YAML, TOML, XML and the like
  '{\n  "name": "app",\n  "¶": "§",\n  "port": 8080\n}',
  '{"level":30,"time":1795228057043,"msg":"config","¶":"§"}',
  '"{\\"¶\\":\\"§\\",\\"region\\":\\"eu\\"}"',
  "production:\n  host: db\n  ¶: §\n  pool: 5",
  'env:\n  - name: LOG_LEVEL\n    value: info\n¶: "§"',
  '[auth]\n¶ = "§"\nretries = 3',
  "¶: §",
  '<add key="region" value="eu"/>\n<¶>§</¶>',
  // Requests
  "GET /v2/items?page=2&¶=§ HTTP/1.1",
  "https://api.acme.net/v2/items?¶=§&page=2",
  "> X-¶: §",
  // Diffs, logs, talk
  "@@ -3,5 +3,5 @@\n export default {\n-  ¶: \"§\",\n+  ¶: readSecret(),\n   region: 'eu',",
  "@@ -1,2 +1,3 @@\n LOG_LEVEL=info\n+¶=§\n PORT=3000",
  "2026-11-20T08:14:11.204Z  info  starting with ¶=§ region=eu",
  "I have set `¶` to `§` in the settings; restart the service.",
  "00007| ¶=§",
  "│ ¶ │ §",
  "## Access\n\n- **¶**: `§`\n- **Region:** eu",
  "\u001b[32m¶\u001b[0m=\u001b[1m§\u001b[0m",
  "set -gx ¶ §",
  'setx ¶ "§"',
  '"environment": [{"name":"LOG_LEVEL","value":"info"},{"name":"¶","value":"§"}]',
]

/** For secrets that say themselves what they are. */
export const BARE: readonly string[] = [
  "§",
  "The value is §, and it works.",
  "$ echo §",
  "login(§)",
  '["eu-central-1", "§"]',
  "error: request failed for §: 401 Unauthorized",
  "- §\n- another line",
  "See https://api.acme.net/v1/check?id=§&verbose=1",
  "// was: §",
  '<meta content="§">',
  "'§'",
  "curl https://api.acme.net/§/status",
  '"command": "deploy --with §"',
  "remote: *** §",
]

export function placed(
  random: Random,
  contexts: readonly string[],
  secret: string,
  names: readonly string[],
): string {
  const name = names.length > 0 ? random.pick(names) : ""
  const context = random.pick(contexts)
  // What stands in JSON, and in JSON inside it, is escaped as there.
  const quotedOnLine = secret.includes("\n") && /[{"]type|PRIVATE_KEY=/.test(context)
  const indent = /\n([ +]+)§|^(\d+\| )§/.exec(context)
  const shown = quotedOnLine
    ? secret.replaceAll("\n", "\\n")
    : indent === null
      ? secret
      : secret
          .split("\n")
          .map((line, at) => (at === 0 ? line : `${prefix(indent[0], at)}${line}`))
          .join("\n")
  return context.replaceAll("¶", () => name).replaceAll("§", () => shown)
}

/** The lines after the first stand behind the same indentation, mark of a diff, or next number. */
function prefix(first: string, at: number): string {
  const numbered = /^(\d+)\|/.exec(first)
  return numbered ? `${String(at + 1).padStart(5, "0")}| ` : first.slice(1, -1)
}
