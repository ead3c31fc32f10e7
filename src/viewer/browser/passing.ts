import { extendRun, type Run, type TextDelta } from "../../protocol/passing.ts"
import { blockID, nestedPartID } from "../block-id.ts"

/** Text that is being written, shown in its part's block behind what has been committed of it. */
export interface PassingText {
  add(deltas: readonly TextDelta[]): void
  /** Shows again what a change of the page has taken away, unless it brought the text itself. */
  show(): void
}

/** What is held at once: of one part in UTF-16 code units, and parts. */
const MOST_TEXT = 256 * 1024
const MOST_PARTS = 64

type Place = Pick<TextDelta, "messageID" | "partID">

export function createPassingText(): PassingText {
  /** Stretches by part; those whose block is not there yet wait for it. */
  const held = new Map<string, { place: Place; run: Run }>()

  function take({ from, text, messageID, partID }: TextDelta): string {
    const key = `${messageID} ${partID}`
    const known = held.get(key)
    const run = known ? extendRun(known.run, { from, text }) : { from, text }
    held.delete(key)
    if (run.text.length <= MOST_TEXT) held.set(key, { place: { messageID, partID }, run })
    const [oldest] = held.size > MOST_PARTS ? held.keys() : []
    if (oldest !== undefined) held.delete(oldest)
    return key
  }

  function showOne(key: string): void {
    const { place, run } = held.get(key) ?? {}
    const block = place && blockOf(place)
    if (!block || !run) return
    const typed = block.dataset.typed === undefined ? undefined : Number(block.dataset.typed)
    // All of it is on the page.
    if (typed === undefined || run.from + run.text.length <= typed) held.delete(key)
    else if (run.from <= typed) write(block, run.text.slice(typed - run.from))
  }

  return {
    add(deltas) {
      for (const key of new Set(deltas.map(take))) showOne(key)
    },
    show() {
      for (const key of [...held.keys()]) showOne(key)
    },
  }
}

/** The part's block, which has another id when another message's part has its own. */
function blockOf({ messageID, partID }: Place): HTMLElement | undefined {
  const parts = `${blockID("message", messageID)}.parts`
  return [blockID("part", partID), nestedPartID(messageID, partID)]
    .map((id) => document.getElementById(id))
    .find((block) => block?.parentElement?.id === parts) as HTMLElement | undefined
}

/** As text and nothing else: it has not been through anything that makes it safe as markup. */
function write(block: HTMLElement, text: string): void {
  let place = block.querySelector(":scope > .passing")
  if (!place) {
    place = document.createElement("div")
    place.className = "passing"
    block.append(place)
  }
  const node = place.firstChild
  // What has been selected stays selected.
  if (node instanceof Text && text.startsWith(node.data)) node.appendData(text.slice(node.data.length))
  else place.textContent = text
}
