import { installCeph } from "./ceph.ts"
import { providePostgres } from "./postgres.ts"
import { provideProgram } from "./program.ts"

/**
 * Brings, before any test and one after the other, what the system's package manager installs: two files that each began
 * to install something would stand in each other's way. What cannot be had is told by the test that needs it.
 */
export default async function setup(): Promise<void> {
  const steps = [
    providePostgres,
    installCeph,
    ...["openssl", "nginx", "caddy"].map((name) => () => provideProgram(name)),
  ]
  for (const step of steps) await step().catch(() => {})
}
