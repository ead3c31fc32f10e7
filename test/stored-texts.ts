import { readFile } from "node:fs/promises"
import { brotliDecompressSync } from "node:zlib"
import type { World } from "./world.ts"

/** All that a world's store holds of a share, as text: what is compressed is unpacked. */
export async function storedTexts(world: World, shareID: string): Promise<string> {
  const texts: string[] = []
  for (const file of await world.storedFiles()) {
    // The names of files say capitals in a way of their own.
    if (!file.replaceAll("+", "").includes(shareID.toLowerCase())) continue
    const bytes = await readFile(file)
    texts.push((file.endsWith(".br") ? brotliDecompressSync(bytes) : bytes).toString())
  }
  return texts.join("\n")
}
