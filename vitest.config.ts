import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

/** Most tests wait for other processes: on two cores two files at once take little more than half the time. */
const AT_ONCE = { maxWorkers: Math.max(2, availableParallelism() - 1) }
/** Each of these drives several processes of its own: more at once would time each other out. */
const TWO_AT_ONCE = { maxWorkers: 2, sequence: { groupOrder: 1 } }
/** What several projects' tests install where it is not there. */
const PROVIDED = { globalSetup: ["test/provision/setup.ts"] }
/** These weigh the server that they start. */
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 2 } }

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    projects: [
      { test: { name: "unit", ...AT_ONCE, include: ["src/**/*.test.ts"], testTimeout: 30_000 } },
      {
        test: {
          name: "rules",
          ...AT_ONCE,
          ...PROVIDED,
          include: ["test/rules/**/*.test.ts", "test/plugin/**/*.test.ts", "test/cli/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "server",
          ...ALONE,
          ...PROVIDED,
          include: ["test/server/**/*.test.ts", "test/nodes/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Real proxies before the built server, and what the image holds. The first run installs the proxies.
      {
        test: {
          name: "deploy",
          ...PROVIDED,
          include: ["test/deploy/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 600_000,
        },
      },
      // The first run brings the runtimes into the cache.
      {
        test: { name: "runtimes", ...AT_ONCE, include: ["test/runtimes/**/*.test.ts"], testTimeout: 600_000 },
      },
      { test: { name: "architecture", ...AT_ONCE, include: ["test/architecture.test.ts"] } },
      {
        test: {
          name: "contracts",
          ...AT_ONCE,
          ...PROVIDED,
          include: ["test/contracts/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "journeys",
          ...TWO_AT_ONCE,
          include: ["test/journeys/**/*.test.ts"],
          // Only this project needs the real OpenCode and a browser, so only it waits for them.
          globalSetup: ["test/setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
