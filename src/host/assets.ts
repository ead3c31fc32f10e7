import { readdir, readFile } from "node:fs/promises"
import { extname, join } from "node:path"
import type { Asset, Assets } from "../api/context.ts"

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
}

/** Takes the built assets (build/build.mjs) into memory. */
export async function loadAssets(folder: string): Promise<Assets> {
  const names = await readdir(folder)
  const load = async (entry: string, extension: string): Promise<Asset> => {
    const name = names.find(
      (candidate) => candidate.startsWith(`${entry}-`) && extname(candidate) === extension,
    )
    const type = TYPES[extension]
    if (name === undefined || type === undefined)
      throw new Error(`${folder} holds no ${entry}${extension}: run npm run build`)
    return { name, type, body: new Uint8Array(await readFile(join(folder, name))) }
  }
  const [script, encryptedScript, redactScript, exportScript, themeScript, style, adminStyle, themes, icon] =
    await Promise.all([
      load("page", ".js"),
      load("encrypted", ".js"),
      load("redact", ".js"),
      load("export", ".js"),
      load("theme", ".js"),
      load("style", ".css"),
      load("admin", ".css"),
      load("themes", ".css"),
      load("icon", ".svg"),
    ])
  return { script, encryptedScript, redactScript, exportScript, themeScript, style, adminStyle, themes, icon }
}
