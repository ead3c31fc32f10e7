import type { Reporter, SerializedError, TestModule } from "vitest/node"

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** Prints one plain line at the very end, for people and scripts that read only that: `12 passed, 0 failed`. */
export default class PlainLineReporter implements Reporter {
  private counts: Counts = { passed: 0, failed: 0, skipped: 0 }

  onInit(): void {
    // The default reporter prints its summary when the run ends, and a run that breaks off (a setup that throws)
    // reports no end at all: only the end of the process is behind everything.
    process.once("exit", (code) => process.stdout.write(`${plainLine(this.counts, code)}\n`))
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.counts = count(modules, unhandledErrors.length)
  }
}

function count(modules: readonly TestModule[], unhandledErrors: number): Counts {
  let [passed, failed, skipped] = [0, unhandledErrors, 0]
  for (const module of modules) {
    // A file that cannot be loaded, or a hook that throws, fails without failing any test.
    failed += module.errors().length
    for (const suite of module.children.allSuites()) failed += suite.errors().length
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === "passed") passed += 1
      else if (state === "skipped") skipped += 1
      // A test that never ended has not passed.
      else failed += 1
    }
  }
  return { passed, failed, skipped }
}

function plainLine(counts: Counts, exitCode: number): string {
  // Vitest knows reasons to fail that are no test's: no test files, a broken configuration.
  const failed = exitCode !== 0 && counts.failed === 0 ? 1 : counts.failed
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""
  return `${counts.passed} passed, ${failed} failed${skipped}`
}
