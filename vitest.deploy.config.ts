import { defineConfig } from "vitest/config"

/** `npm run deploy-check`: what of deploy/ is checked by tools that take long to install, or are Linux's alone. */
export default defineConfig({
  test: {
    name: "deploy-check",
    include: ["test/deploy/checks/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
})
