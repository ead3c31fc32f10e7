import colors from "picocolors"
import type { Restriction } from "../viewer/restrictions.ts"

export interface BannerFacts {
  baseUrl: string
  sampleUrl: string | undefined
  needsToken: boolean
  /** Whether there is a token that creates. */
  hasTokens?: boolean
  /** Of the lock on the whole server. */
  username?: string | undefined
  restrictions: readonly Restriction[]
  /** Where it listens, when people reach it elsewhere. */
  listening?: string
  version: string
}

/** What a start prints: where it listens, how to connect OpenCode, something to look at. */
export function renderBanner(facts: BannerFacts): string {
  const {
    baseUrl,
    sampleUrl,
    needsToken,
    hasTokens = true,
    username,
    restrictions,
    listening,
    version,
  } = facts
  const pluginUser = username === undefined ? "" : ` -u ${username}`
  const enterprise = needsToken ? `${baseUrl}/t/<token>` : baseUrl
  const rows: [label: string, value: string][] = [
    [`Better Share ${version}`, link(baseUrl)],
    ...(listening === undefined ? [] : ([["listening on", listening]] as [string, string][])),
    ["in opencode.json", colors.green(`"enterprise": { "url": ${JSON.stringify(enterprise)} }`)],
    [
      "for its plugin",
      `curl -fsS${pluginUser} --create-dirs -o .opencode/plugin/better-share.js ${baseUrl}/plugin.js`,
    ],
    ["then in OpenCode", colors.bold("/share")],
    ...(sampleUrl === undefined ? [] : ([["a session to look at", link(sampleUrl)]] as [string, string][])),
    ...(needsToken && !hasTokens
      ? ([["no token yet", `nobody can share until you make one at ${link(`${baseUrl}/admin`)}`]] as [
          string,
          string,
        ][])
      : []),
    ...restrictions.map(({ setting, means }): [string, string] => [setting, means]),
  ]
  const width = Math.max(...rows.map(([label]) => label.length))
  const lines = rows.map(([label, value], row) => {
    const padded = label.padEnd(width)
    return `  ${row === 0 ? colors.bold(padded) : colors.dim(padded)}  ${value}`
  })
  return ["", ...lines, ""].join("\n")
}

function link(url: string): string {
  return colors.cyan(colors.underline(url))
}
