interface Line {
  keys: readonly string[]
  does: string
}

const NAMES: Readonly<Record<string, string>> = { ArrowRight: "→", ArrowLeft: "←" }

/** A dialog with what keys do. */
export function showHelp(lines: readonly Line[]): void {
  const present = document.getElementById("help")
  if (present instanceof HTMLDialogElement) {
    present.remove()
    return
  }
  const dialog = document.createElement("dialog")
  dialog.id = "help"
  dialog.setAttribute("aria-label", "Keys")
  const list = document.createElement("dl")
  for (const { keys, does } of lines) {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")]
    for (const key of keys) {
      const cap = document.createElement("kbd")
      cap.textContent = NAMES[key] ?? key
      term.append(cap)
    }
    meaning.textContent = does
    list.append(term, meaning)
  }
  const close = document.createElement("button")
  close.type = "button"
  close.className = "control"
  close.textContent = "Close"
  close.addEventListener("click", () => dialog.close())
  dialog.append(list, close)
  dialog.addEventListener("close", () => dialog.remove())
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close())
  dialog.addEventListener("keydown", ({ key }) => key === "?" && dialog.close())
  document.body.append(dialog)
  dialog.showModal()
}
