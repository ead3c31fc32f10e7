import { type Html, html } from "./html.ts"

/** Where whoever runs the server takes reports: undefined when nowhere. */
export interface Reporting {
  /** An https address or `mailto:`. */
  abuseUrl?: string | undefined
}

/** The link that reports a share or, without one, whatever it may be. */
export function abuseLink({ abuseUrl }: Reporting, shareID?: string): Html | undefined {
  if (abuseUrl === undefined) return undefined
  return html`<a class="abuse" href="${abuseHref(abuseUrl, shareID)}" rel="nofollow">Report abuse</a>`
}

/** The same below a page that has nothing else there. */
export function abuseFooter(reporting: Reporting, shareID?: string): Html | undefined {
  const link = abuseLink(reporting, shareID)
  return link && html`<footer><p>${link}</p></footer>`
}

/** The share's id stands behind whatever the address asks already; in a mail it is the subject. */
export function abuseHref(abuseUrl: string, shareID: string | undefined): string {
  const url = new URL(abuseUrl)
  if (shareID === undefined) return url.href
  if (url.protocol === "mailto:") {
    const fields = [...url.searchParams].filter(([name]) => name.toLowerCase() !== "subject")
    // Mail programs do not read `+` as a space (RFC 6068, 5).
    url.search = [...fields, ["subject", `Share ${shareID}`]]
      .map((field) => field.map(encodeURIComponent).join("="))
      .join("&")
    return url.href
  }
  const asked = url.search === "" ? "?" : `${url.search}&`
  url.search = `${asked}share=${encodeURIComponent(shareID)}`
  return url.href
}
