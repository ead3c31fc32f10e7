import colors from "picocolors"

export interface BannerFacts {
  baseUrl: string
  sampleUrl: string | undefined
  needsToken: boolean
  version: string
}

/** What a start prints: where, how to connect, something to look at. Under ten lines. */
export function renderBanner({ baseUrl, sampleUrl, needsToken, version }: BannerFacts): string {
  const enterprise = { url: needsToken ? `${baseUrl}/t/<token>` : baseUrl }
  const lines = [
    "",
    `  ${colors.bold("Better Share")} ${colors.dim(version)}  ${colors.cyan(colors.underline(baseUrl))}`,
    "",
    `  ${colors.dim("Put this into opencode.json, then type")} ${colors.bold("/share")} ${colors.dim("in OpenCode:")}`,
    `  ${colors.green(`"enterprise": { "url": ${JSON.stringify(enterprise.url)} }`)}`,
    ...(sampleUrl === undefined
      ? []
      : ["", `  ${colors.dim("A session to look at:")} ${colors.cyan(colors.underline(sampleUrl))}`]),
    "",
  ]
  return lines.join("\n")
}
