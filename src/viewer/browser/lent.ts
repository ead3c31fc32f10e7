/** Controls that stand for a moment in what the page shows, as the pointer is over it. A change takes them out first. */

const lent = new Set<Element>()

/** One that goes from place to place. */
export function lend<Control extends Element>(control: Control): Control {
  lent.add(control)
  return control
}

/** Out of the page, so that nothing is made of them that they are not. */
export function takeBack(): void {
  for (const control of lent) control.remove()
}
