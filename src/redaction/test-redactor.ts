import { createRedactor, type RedactionOptions, type Redactor, type RedactorDeps } from "./redactor.ts"

export const NO_OPTIONS: RedactionOptions = {
  environment: {},
  home: undefined,
  user: undefined,
  emails: false,
  hosts: false,
  addresses: false,
  patterns: [],
  allow: [],
}

/** A clock that never moves: nothing pauses, unless a test says so. */
export const PLAIN: RedactorDeps = { options: NO_OPTIONS, pause: () => Promise.resolve(), now: () => 0 }

export function redactorWith(options: Partial<RedactionOptions>, deps: Partial<RedactorDeps> = {}): Redactor {
  return createRedactor({ ...PLAIN, ...deps, options: { ...NO_OPTIONS, ...options } })
}
