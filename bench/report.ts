import { cpus, totalmem } from "node:os"

/** The value below which the share `q` of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** Prints figures as rows of a Markdown table, with the machine they are from. */
export function report(title: string, figures: Record<string, string>): void {
  const cores = cpus()
  console.log(`\n${title}`)
  console.log(
    `${cores.length} cores (${cores[0]?.model ?? "unknown"}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
  )
  tellRows(figures)
}

export function tellRows(figures: Record<string, string>): void {
  for (const [name, value] of Object.entries(figures)) console.log(`| ${name} | ${value} |`)
}
