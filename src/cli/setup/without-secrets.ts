const NAMES =
  "token|tokens|secret|password|passwd|key|apikey|credential|credentials|authorization|webhook_url|database_url"

/** `S3_SECRET_ACCESS_KEY=…`, `"apiKey": "…"`: the value behind a name that ends like one of a secret. */
const SETTING = new RegExp(
  `((?:^|[^A-Za-z])"?[\\w-]*(?:${NAMES})(?:_id)?"?\\s*[=:]\\s*)("(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s}]+)`,
  "i",
)

/** A create token, as OpenCode is given it in the server's address. */
const PATH_TOKEN = /(\/t\/)[^/"'\s]+/g

/** A line of a file of settings, as it may stand on a screen. */
export function withoutSecrets(line: string): string {
  return line.replace(PATH_TOKEN, "$1…").replace(SETTING, (_, name: string, value: string) => {
    const quote = /^["']/.test(value) ? value[0] : ""
    return `${name}${quote}…${quote}`
  })
}
