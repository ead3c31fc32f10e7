import { execFile } from "node:child_process"
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"

export interface Sandbox {
  /** The project: a git repository with one commit. */
  readonly directory: string
  /** Folder for output of processes. */
  readonly logs: string
  /** OpenCode's whole environment. */
  readonly env: Record<string, string>
  remove(): Promise<void>
}

const HOMES = {
  HOME: "home",
  XDG_CONFIG_HOME: "home/.config",
  XDG_DATA_HOME: "home/.local/share",
  XDG_STATE_HOME: "home/.local/state",
  XDG_CACHE_HOME: "home/.cache",
  TMPDIR: "tmp",
} as const

/** Not handed on: another OpenCode's settings and sign-in, and proxies, to which OpenCode sends even loopback calls. */
const FOREIGN = /^(OPENCODE|XDG_|GIT_|npm_|INIT_CWD$|OLDPWD$|(https?|all|no|ftp)_proxy$|SHARE_)/i

/** A home and a project for one OpenCode, in a temp folder, with nothing of the developer's own. */
export async function createSandbox(files: Record<string, string>): Promise<Sandbox> {
  // macOS names its temp folder by a symbolic link, and OpenCode says the folder behind it.
  const root = await realpath(await mkdtemp(join(tmpdir(), "better-share-")))
  const env: Record<string, string> = {
    ...inherited(),
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
  }
  for (const [name, folder] of Object.entries(HOMES)) {
    env[name] = join(root, folder)
    await mkdir(join(root, folder), { recursive: true })
  }
  const [directory, logs] = [join(root, "project"), join(root, "logs")]
  // `opencode run` believes PWD rather than the folder it was started in.
  env.PWD = directory
  await Promise.all([mkdir(directory), mkdir(logs)])
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  await commitAll(directory, env)
  return {
    directory,
    logs,
    env,
    // A process that was just ended may still be writing; the retries wait for that.
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  }
}

function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !FOREIGN.test(name),
  )
  return Object.fromEntries(kept) as Record<string, string>
}

async function commitAll(directory: string, env: Record<string, string>): Promise<void> {
  const identity = ["-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "commit.gpgsign=false"]
  for (const args of [
    ["init", "-q", "-b", "main"],
    ["add", "-A"],
    [...identity, "commit", "-qm", "Start"],
  ]) {
    await promisify(execFile)("git", args, { cwd: directory, env, timeout: 20_000 })
  }
}
