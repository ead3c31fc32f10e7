const WORDS = { live: "Up to date", reconnecting: "Reconnecting", ended: "Ended" } as const

let watching = 0
let shown: keyof typeof WORDS | undefined

/** Tells the reader whether the page keeps itself up to date. */
export function showConnection(state: keyof typeof WORDS): void {
  shown = state
  const sign = document.getElementById("live")
  if (!sign) return
  sign.hidden = false
  sign.className = state
  const finished = document.querySelector("#summary .state.finished, #summary .state.aborted") !== null
  const others = watching > 1 && state === "live" ? ` · ${watching} watching` : ""
  const words = (state === "live" && finished ? "Finished" : WORDS[state]) + others
  if (sign.textContent !== words) sign.textContent = words
}

/** Together with whether what they watch is finished, which a change of the page may have changed. */
export function showViewers(count = watching): void {
  watching = count
  if (shown) showConnection(shown)
}
