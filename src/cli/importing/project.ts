import { execFile } from "node:child_process"
import { realpath, stat } from "node:fs/promises"
import { resolve } from "node:path"
import { promisify } from "node:util"
import type { OpenCodeClient } from "../../plugin/opencode/session-reader.ts"
import { usageError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

const run = promisify(execFile)

export interface Project {
  folder: string
  /** How it was found. */
  by: "said" | "here" | "known" | "nothing"
}

/**
 * The folder that an imported session is to live in: the one that was said; this one, when it is a checkout of the same
 * repository; another that OpenCode knows of it; or else this one. OpenCode names a repository by its first commit.
 */
export async function findProject(
  terminal: Terminal,
  { said, projectID, client }: { said: string | undefined; projectID: unknown; client: OpenCodeClient },
): Promise<Project> {
  if (said !== undefined) return { folder: await folderOf(resolve(terminal.cwd, said)), by: "said" }
  const here = await realpath(terminal.cwd)
  if (typeof projectID !== "string" || !/^[0-9a-f]{40,64}$/.test(projectID))
    return { folder: here, by: "nothing" }
  if ((await firstCommits(here)).includes(projectID)) return { folder: here, by: "here" }
  const { data } = await client.get({ url: "/project" })
  const projects = (Array.isArray(data) ? data : []) as { id?: unknown; worktree?: unknown }[]
  for (const { id, worktree } of projects) {
    if (id !== projectID || typeof worktree !== "string") continue
    const folder = await folderOf(worktree).catch(() => undefined)
    if (folder !== undefined) return { folder, by: "known" }
  }
  return { folder: here, by: "nothing" }
}

async function folderOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) throw usageError(`There is no folder ${path}.`)
  return realpath(path)
}

async function firstCommits(folder: string): Promise<string[]> {
  try {
    const { stdout } = await run("git", ["rev-list", "--max-parents=0", "--all"], {
      cwd: folder,
      timeout: 20_000,
    })
    return stdout.split("\n")
  } catch {
    // No git, or no repository.
    return []
  }
}
