import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import colors from "picocolors"
import { migrateDatabase } from "../storage/meta/migrate-database.ts"
import { restrictionsOf } from "../viewer/restrictions.ts"
import { loadAssets } from "./assets.ts"
import { renderBanner } from "./banner.ts"
import { type Config, ConfigError, needsToken } from "./config.ts"
import { databaseFile } from "./data-dir.ts"
import { createLog } from "./log.ts"
import { type Serving, serve } from "./serve.ts"
import { version } from "./version.ts"

/** Serves until the process is told to stop. Resolves once it does. */
export async function runServer(config: Config): Promise<void> {
  const built = dirname(fileURLToPath(import.meta.url))
  const assets = await loadAssets(join(built, "assets"))
  const plugin = () => readFile(join(built, "plugin/index.js"), "utf8")
  const serving = await serve(config, { assets, plugin, log: createLog(config.logLevel) })
  const { baseUrl, url, sampleUrl } = serving
  const listening = url === baseUrl ? {} : { listening: url }
  const restrictions = restrictionsOf({ ...config.trust, locked: config.lock !== undefined })
  const hasTokens = (await serving.trust.tokens.list()).some(({ revokedAt }) => revokedAt === undefined)
  const access = { needsToken: needsToken(config), hasTokens, username: config.lock?.username }
  const facts = { baseUrl, sampleUrl, restrictions, version, ...access }
  console.log(renderBanner({ ...facts, ...listening }))
  const token = await serving.trust.admin.begin()
  if (token !== undefined) console.log(describeAdminToken(token, baseUrl))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(serving))
}

/** Brings the database's schema up to date, for those who start with MIGRATE=off. Resolves to what was done. */
export async function migrate({ databaseUrl, dataDir }: Config): Promise<string[]> {
  return migrateDatabase(databaseUrl ? { url: databaseUrl } : { file: databaseFile(dataDir) })
}

export function describeAdminToken(token: string, baseUrl = ""): string {
  return `  The admin token, shown this once: ${colors.bold(token)}\n  It opens ${baseUrl}/admin; \`better-share admin-token\` makes another in its place.\n`
}

function stop(serving: Serving): void {
  serving.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}

/** Why a server does not start, in lines for its operator. */
export function explainStart(error: unknown): string {
  if (error instanceof ConfigError) return error.faults.map((fault) => `  ${fault}`).join("\n")
  if (!(error instanceof Error)) return `  ${String(error)}`
  switch ((error as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return "  The port is in use. Set PORT to another one, or stop what listens there."
    case "EADDRNOTAVAIL":
      return "  HOST is no address of this machine."
    case "EACCES":
      return `  Not permitted: ${error.message}. Check PORT (below 1024 needs rights) and the rights of DATA_DIR.`
    default:
      return `  ${error.message}`
  }
}
