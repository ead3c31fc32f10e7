const SHOWN = 1500

/** Gives every block of code a button that copies it. */
export function addCopyButtons(): void {
  for (const fence of document.querySelectorAll(".fence")) {
    if (fence.querySelector(".copy")) continue
    const button = document.createElement("button")
    button.type = "button"
    button.className = "copy"
    button.textContent = "Copy"
    fence.append(button)
  }
}

export function watchCopyButtons(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".copy") : null
    if (!(button instanceof HTMLElement)) return
    const code = button.parentElement?.querySelector("code")?.textContent ?? ""
    // Without a secure context there is no clipboard.
    const copied = navigator.clipboard?.writeText(code) ?? Promise.reject(new Error("no clipboard"))
    copied.then(
      () => say(button, "Copied"),
      () => say(button, "Not copied"),
    )
  })
}

function say(button: HTMLElement, word: string): void {
  button.textContent = word
  setTimeout(() => {
    button.textContent = "Copy"
  }, SHOWN)
}
