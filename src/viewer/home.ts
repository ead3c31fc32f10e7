import { abuseFooter, type Reporting } from "./abuse.ts"
import type { Assets } from "./frame.ts"
import { highlight } from "./highlight.ts"
import { homePreview } from "./home-preview.ts"
import { type Html, html } from "./html.ts"
import type { Restriction } from "./restrictions.ts"
import { pageEnd, pageStart, topBar } from "./skeleton.ts"

export interface HomePage extends Reporting {
  /** Origin of this server, without a slash at the end. */
  baseUrl: string
  /** A share to look at. */
  sampleUrl?: string
  /** Creating a share takes a token in the configured address. */
  needsToken: boolean
  /** What of the following does not work here. */
  restrictions?: readonly Restriction[]
  /** It asks for a user name and a password. */
  locked?: boolean
  /** Public sessions are listed. */
  publicList?: boolean
  version: string
  assets: Assets
}

/** The front page: what this is and how to connect OpenCode to it. */
export function renderHome(page: HomePage): string {
  const { baseUrl, sampleUrl, needsToken, restrictions = [], locked, publicList, version, assets } = page
  const url = needsToken ? `${baseUrl}/t/<token>` : baseUrl
  const config = JSON.stringify({ $schema: "https://opencode.ai/config.json", enterprise: { url } }, null, 2)
  const description = "Share OpenCode sessions from your own server: a live link that is yours to take back."
  const start = pageStart({ title: "Better Share", description, assets, kind: "home", hidden: false })
  return html`${start}${topBar(html`<span class="version">${version}</span>`)}<main class="home">
<header class="hero"><div><h1>Share the session,<br>keep the server.</h1><p class="lead">Better Share gives an OpenCode session a link on <strong>this</strong> server. Whoever has it reads along while the agent works. Take the link back, and what was stored is deleted.</p>${sampleUrl && html`<p><a class="button" href="${sampleUrl}">See a shared session</a></p>`}${restrictions.length > 0 && html`<ul class="restrictions">${restrictions.map(({ means }) => html`<li>${means}</li>`)}</ul>`}</div>${homePreview()}</header>
<section><h2>Connect OpenCode</h2><ol class="steps">
<li><h3>Name this server</h3><p>In <code>opencode.json</code>, in your project or in <code>~/.config/opencode/</code>:</p>${codeFence(config, "json")}${needsToken && html`<p class="hint">This server asks for a token before it takes shares. Put yours in place of <code>&lt;token&gt;</code>; whoever runs the server hands them out.</p>`}</li>
<li><h3>Keep secrets at home</h3><p>The plugin replaces keys, tokens and passwords before anything leaves your machine. For this project:</p>${codeFence(`curl -fsS${locked ? " -u <user>" : ""} --create-dirs -o .opencode/plugin/better-share.js \\\n  ${baseUrl}/plugin.js`, "bash")}</li>
<li><h3>Share</h3><p>Type <code>/share</code> in OpenCode. The link is in your clipboard, and the page behind it follows the session live.</p>${codeFence("/share", "")}</li>
<li><h3>Continue, or take it back</h3><p>A teammate goes on from where you are, and you end it whenever you like.</p>${codeFence(`opencode import ${baseUrl}/share/…`, "bash")}${codeFence("/unshare", "")}</li>
</ol></section>
<section class="promises"><h2>What to expect</h2><ul>
<li><h3>Yours alone</h3><p>Sessions go to this server and nowhere else. Pages load nothing from third parties, and no cookie follows their readers.</p></li>
<li><h3>Live</h3><p>Readers see prompts, tool calls and diffs as they happen, and reload nothing.</p></li>
<li><h3>Gone means gone</h3><p>After <code>/unshare</code> the link answers 410, and the stored content is removed.</p></li>
<li><h3>Readable anywhere</h3><p>Plain HTML that works on a phone, without scripts, in light and dark.</p></li>
</ul><p>${publicList && html`<a href="/sessions">Public sessions</a> · `}<a href="/shares">Your shares</a></p></section></main>${abuseFooter(page)}${pageEnd()}`
    .text
}

function codeFence(code: string, language: string): Html {
  return html`<div class="fence"><pre class="code" tabindex="0"><code>${highlight(code, language || undefined)}</code></pre></div>`
}
