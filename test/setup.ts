import type { TestProject } from "vitest/node"
import { provideChromium } from "./provision/chromium.ts"
import { provideOpenCode } from "./provision/opencode.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** Executable of the real OpenCode. */
    opencodeBinary: string
    /** Executable of the browser. */
    chromiumPath: string
  }
}

/** Brings what the journeys drive. A test takes the paths by `inject("opencodeBinary")`. */
export default async function setup(project: TestProject): Promise<void> {
  const [opencodeBinary, chromiumPath] = await Promise.all([provideOpenCode(), provideChromium()])
  project.provide("opencodeBinary", opencodeBinary)
  project.provide("chromiumPath", chromiumPath)
}
