export type Environment = Readonly<Record<string, string | undefined>>

/** How one variable of the environment is read. */
export interface Variable<T> {
  /** One sentence for `.env.example`. */
  about: string
  /** As it would be written in the environment; what holds when the variable is not set. */
  fallback: string
  /** Throws a sentence that says what the variable must be. */
  parse(text: string): T
}

export function isSet(env: Environment, name: string): boolean {
  return (env[name] ?? "").trim() !== ""
}

export function readSwitch(text: string): boolean {
  if (text !== "on" && text !== "off") throw new Error(`must be on or off, not ${JSON.stringify(text)}.`)
  return text === "on"
}
