/**
 * A browser takes seconds for the elements of a long session, and milliseconds for its text. So turns in the middle of a
 * long page come inside of `noscript`: who has no scripts gets them as they are, and for everybody else they are text,
 * until the script makes elements of it (browser/unpack.ts). All markup in there is our own: what a share says is
 * escaped, so nothing of it can end the `noscript`.
 */

/** Heights that a place is kept at, by what is in there: a class each, as there are no inline styles. */
const STEPS = 12
/** What a message takes on a page, more or less. CSS pixels. */
const MESSAGE_HEIGHT = 130
const FIRST_HEIGHT = 60

/** The mark-up around packed children, in two halves. Never nested: the first end would end both. */
export function packing(children: number): [before: string, after: string] {
  const step = Math.ceil(Math.log2(Math.max(1, (children * MESSAGE_HEIGHT) / FIRST_HEIGHT)))
  return [`<p class="packed h${Math.min(step, STEPS)}"></p><noscript>`, "</noscript>"]
}
