/**
 * Turns one element into another, node by node, so that what did not change stays the same node: a selection, the
 * focus and what the reader opened all survive an update around them.
 */
export function morph(from: Element, to: Element): void {
  if (from.nodeName !== to.nodeName || from.id !== to.id) {
    from.replaceWith(to)
    return
  }
  if (from.isEqualNode(to)) return
  morphAttributes(from, to)
  let at = from.firstChild
  let next = to.firstChild
  while (next) {
    const following = next.nextSibling
    if (!at) {
      from.append(next)
    } else {
      const after: ChildNode | null = at.nextSibling
      morphNode(at, next)
      at = after
    }
    next = following
  }
  while (at) {
    const after: ChildNode | null = at.nextSibling
    at.remove()
    at = after
  }
}

function morphNode(from: ChildNode, to: ChildNode): void {
  if (from instanceof Element && to instanceof Element) morph(from, to)
  else if (from instanceof Text && to instanceof Text) {
    if (from.data !== to.data) appendOrSet(from, to.data)
  } else from.replaceWith(to)
}

/** Text mostly grows at its end, and a selection in what stood there should stay. */
function appendOrSet(node: Text, data: string): void {
  if (data.startsWith(node.data)) node.appendData(data.slice(node.data.length))
  else node.data = data
}

/** Marks of what the reader does here, which no server knows. */
const MARKS = ["targeted", "here"]

function morphAttributes(from: Element, to: Element): void {
  const marks = MARKS.filter((mark) => from.classList.contains(mark))
  if (marks.length > 0) to.classList.add(...marks)
  const touched = from.hasAttribute("data-touched")
  for (const { name } of [...from.attributes]) {
    if (name === "data-touched" || (touched && name === "open")) continue
    if (!to.hasAttribute(name)) from.removeAttribute(name)
  }
  for (const { name, value } of to.attributes) {
    if (touched && name === "open") continue
    if (from.getAttribute(name) !== value) from.setAttribute(name, value)
  }
}

/** Remembers which details the reader opened or closed: those are theirs from then on. */
export function watchDetails(): void {
  document.addEventListener("click", (event) => {
    const summary = event.target instanceof Element ? event.target.closest("summary") : null
    summary?.parentElement?.setAttribute("data-touched", "")
  })
}
