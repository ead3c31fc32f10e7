import { defineConfig } from "vitest/config"

export default defineConfig({
  test: {
    reporters: ["default", "./test/reporter.ts"],
    projects: [
      { test: { name: "unit", include: ["src/**/*.test.ts"], testTimeout: 30_000 } },
      {
        test: {
          name: "rules",
          include: ["test/rules/**/*.test.ts", "test/plugin/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      // These start the built server as a process of its own, and weigh it: one at a time.
      {
        test: {
          name: "server",
          include: ["test/server/**/*.test.ts", "test/nodes/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The first run brings the runtimes into the cache.
      { test: { name: "runtimes", include: ["test/runtimes/**/*.test.ts"], testTimeout: 600_000 } },
      { test: { name: "architecture", include: ["test/architecture.test.ts"] } },
      {
        test: {
          name: "contracts",
          include: ["test/contracts/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "journeys",
          include: ["test/journeys/**/*.test.ts"],
          // Only this project needs the real OpenCode and a browser, so only it waits for them.
          globalSetup: ["test/setup.ts"],
          // Each file drives several processes of its own; two at once would time each other out on a small machine.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
