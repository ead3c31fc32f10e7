/** The highest revision of a share that this browser has seen a head of. Storage may be refused: then nothing is known. */
export interface Memory {
  recall(): number
  remember(revision: number): void
}

/** @param keyID a share that is made again under the same id has another key, and begins anew */
export function createMemory(shareID: string, keyID: string): Memory {
  const name = `better-share head ${shareID} ${keyID.slice(0, 16)}`

  function recall(): number {
    try {
      const revision = Number(localStorage.getItem(name))
      return Number.isSafeInteger(revision) ? revision : 0
    } catch {
      return 0
    }
  }

  return {
    recall,
    remember(revision) {
      if (revision <= recall()) return
      try {
        localStorage.setItem(name, String(revision))
      } catch {
        // Full or refused; the page works without.
      }
    },
  }
}
