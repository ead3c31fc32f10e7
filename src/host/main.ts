import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import colors from "picocolors"
import { migrateDatabase } from "../storage/meta/migrate-database.ts"
import { restrictionsOf } from "../viewer/restrictions.ts"
import { rotateAdminToken } from "./admin-token.ts"
import { loadAssets } from "./assets.ts"
import { renderBanner } from "./banner.ts"
import { ConfigError, needsToken, readConfig } from "./config.ts"
import { databaseFile } from "./data-dir.ts"
import { createLog } from "./log.ts"
import { type Serving, serve } from "./serve.ts"
import { version } from "./version.ts"

const COMMANDS = { serve: main, migrate, "admin-token": adminToken }

try {
  const command = process.argv[2] ?? "serve"
  if (!isCommand(command))
    throw new Error(`There is no command ${command}: serve, migrate and admin-token are.`)
  await COMMANDS[command]()
} catch (error) {
  console.error(`${colors.red("Better Share did not start.")}\n${explain(error)}`)
  process.exit(1)
}

async function main(): Promise<void> {
  const config = readConfig(process.env)
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
  if (token !== undefined) printAdminToken(token, baseUrl)
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(serving))
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name)
}

/** For those who start with MIGRATE=off. */
async function migrate(): Promise<void> {
  const { databaseUrl, dataDir } = readConfig(process.env)
  const done = await migrateDatabase(databaseUrl ? { url: databaseUrl } : { file: databaseFile(dataDir) })
  console.log(done.length > 0 ? `Migrated: ${done.join(", ")}.` : "The database is up to date.")
}

/** The one before opens nothing any more; a server that runs knows the new one at once. */
async function adminToken(): Promise<void> {
  const config = readConfig(process.env)
  printAdminToken(await rotateAdminToken(config), config.baseUrl)
}

function printAdminToken(token: string, baseUrl = ""): void {
  console.log(
    `  The admin token, shown this once: ${colors.bold(token)}\n  It opens ${baseUrl}/admin; \`npm run admin-token\` makes another in its place.\n`,
  )
}

function stop(serving: Serving): void {
  serving.close().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}

function explain(error: unknown): string {
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
