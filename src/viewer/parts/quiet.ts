import type { PartData } from "../../protocol/opencode.ts"
import { formatCost } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { type Child, type Html, html } from "../html.ts"
import { asText, filled, list, num } from "../read.ts"
import { tokenText } from "../usage.ts"

/** Lines of bookkeeping between what was said: one small line each. */

export function stepStartPart(part: PartData): Html {
  const hash = filled(part.snapshot)
  return html`<p class="quiet"${hash && html` title="Snapshot ${hash}"`}><span>Step</span></p>`
}

/** Every step ends with one of these; others say that something was cut short. */
const USUAL_REASONS: ReadonlySet<string> = new Set(["stop", "tool-calls"])

export function stepFinishPart(part: PartData): Html {
  const cost = num(part.cost)
  const reason = filled(part.reason)
  return line("Step finished", [
    reason && !USUAL_REASONS.has(reason) && reason.replaceAll("-", " "),
    tokenText(part.tokens),
    cost !== undefined && formatCost(cost),
  ])
}

export function snapshotPart(part: PartData): Html {
  return line("Snapshot", [snapshotTag(part.snapshot)])
}

const MOST_FILES = 8

/** The files that a step changed. */
export function patchPart(part: PartData, frame: Frame): Html {
  const files = list(part.files).map(asText)
  const shown = frame.whole ? files : files.slice(0, MOST_FILES)
  const rest = files.length - shown.length
  return line("Changed", [
    ...shown.map((file) => html`<code title="${file}">${shortPath(file, frame)}</code>`),
    rest > 0 && html`<a href="${frame.partHref}">and ${rest} more</a>`,
  ])
}

function snapshotTag(snapshot: unknown): Child {
  const hash = filled(snapshot)
  return hash && html`<code title="${hash}">${hash.slice(0, 7)}</code>`
}

function line(label: string, facts: readonly Child[]): Html {
  const shown = facts.filter((fact) => fact !== undefined && fact !== false && fact !== "")
  return html`<p class="quiet"><span>${label}</span>${shown.map((fact) => html` <span>${fact}</span>`)}</p>`
}
