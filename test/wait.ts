import { setTimeout as sleep } from "node:timers/promises"

export interface WaitOptions {
  /** Milliseconds; 10 seconds unless told. */
  timeout?: number
  /** Milliseconds between looks. */
  interval?: number
  /** Appended to the message when the wait is over, such as a process's output so far. */
  details?: () => string
}

/**
 * Looks until `look` answers something other than `undefined`, `null` or `false`, and returns that.
 * Throws when the time is over, naming `what`; an error that `look` throws counts as "not yet" and is quoted.
 */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const { timeout = 10_000, interval = 25, details } = options
  const deadline = Date.now() + timeout
  let lastError: unknown
  for (;;) {
    try {
      const seen = await within(look(), deadline - Date.now(), what)
      if (seen !== undefined && seen !== null && seen !== false) {
        return seen as Exclude<T, undefined | null | false>
      }
    } catch (error) {
      lastError = error
    }
    if (Date.now() + interval > deadline) break
    await sleep(interval)
  }
  const because = lastError === undefined ? "" : ` (last error: ${String(lastError)})`
  const more = details === undefined ? "" : `\n${details()}`
  throw new Error(`Waited ${timeout} ms for ${what}${because}${more}`)
}

/** The promise's value, or an error that names `what` when it takes longer than `timeout` milliseconds. */
export async function within<T>(promise: T | Promise<T>, timeout: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
