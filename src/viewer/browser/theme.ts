import { recallLook, root, wear } from "./look.ts"

/** Runs before the page is drawn, so that what was chosen is there from the first picture on. */
const link = wear(recallLook(), document.currentScript?.dataset.themes)

// Firefox does not wait for a stylesheet that a script brings: nothing is shown until it is there.
if (link && !("blocking" in HTMLLinkElement.prototype)) {
  root.hidden = true
  link.onload = link.onerror = () => {
    root.hidden = false
  }
}
