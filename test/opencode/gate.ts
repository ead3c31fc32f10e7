/** Something that waits until a test says so: the model's stream stops at a gate, and goes on when it is opened. */
export interface Gate {
  /** Resolves when somebody waits at the gate. Bound the wait for it: `within(gate.reached, 20_000, "…")`. */
  readonly reached: Promise<void>
  open(): void
  /** Marks the gate as reached and waits until it is open. */
  pass(): Promise<void>
}

export function createGate(): Gate {
  const reached = signal()
  const opened = signal()
  return {
    reached: reached.promise,
    open: opened.give,
    pass() {
      reached.give()
      return opened.promise
    },
  }
}

function signal(): { promise: Promise<void>; give: () => void } {
  let give = (): void => {}
  const promise = new Promise<void>((resolve) => {
    give = resolve
  })
  return { promise, give }
}
