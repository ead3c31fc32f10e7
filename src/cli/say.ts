import { printedJson } from "../client/printed.ts"
import type { Terminal } from "./terminal.ts"

/** For programs. */
export function sayJson({ stdout }: Pick<Terminal, "stdout">, value: unknown): void {
  stdout(printedJson(value))
}

/** `1 share`, `2 shares` */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : several}`
}
