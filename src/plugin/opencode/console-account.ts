import { join } from "node:path"
import { namesIn } from "../files.ts"

/**
 * Whether OpenCode is signed in to a console with an active organisation. It then shares to that console, whatever
 * `enterprise.url` says, also what is shared already (its client reads the account before each request). OpenCode
 * tells plugins nothing of it, so its database is asked: the account table of 1.18.
 */
export interface ConsoleAccount {
  /** The console's address; undefined when sharing goes where it is told to. Never throws. */
  activeConsole(): Promise<string | undefined>
}

/** @param dataFolder OpenCode's own, such as `~/.local/share/opencode` */
export function createConsoleAccount(dataFolder: string, onError: (error: unknown) => void): ConsoleAccount {
  return {
    async activeConsole() {
      try {
        const files = (await namesIn(dataFolder)).filter((name) => /^opencode(-.+)?\.db$/.test(name))
        for (const file of files) {
          const url = await readActive(join(dataFolder, file))
          if (url !== undefined) return url
        }
      } catch (error) {
        onError(error)
      }
      return undefined
    },
  }
}

interface Database {
  query(sql: string): { get(): unknown }
  close(): void
}

const ACTIVE =
  "select account.url as url from account_state join account on account.id = account_state.active_account_id where account_state.active_org_id is not null and account_state.active_org_id != ''"

async function readActive(path: string): Promise<string | undefined> {
  // Of OpenCode's own runtime; the name is put together so that no bundler looks for it.
  const module: string = ["bun", "sqlite"].join(":")
  const { Database } = (await import(module)) as {
    Database: new (path: string, options: { readonly: boolean }) => Database
  }
  const database = new Database(path, { readonly: true })
  try {
    return (database.query(ACTIVE).get() as { url?: string } | null)?.url
  } catch (error) {
    if (/no such (table|column)/.test(String(error))) return undefined
    throw error
  } finally {
    database.close()
  }
}
