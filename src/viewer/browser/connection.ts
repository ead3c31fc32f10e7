const WORDS = { live: "Up to date", reconnecting: "Reconnecting", ended: "Ended" } as const

/** Tells the reader whether the page keeps itself up to date. */
export function showConnection(state: keyof typeof WORDS): void {
  const sign = document.getElementById("live")
  if (!sign) return
  sign.hidden = false
  sign.className = state
  if (sign.textContent !== WORDS[state]) sign.textContent = WORDS[state]
}
