import { execFileSync } from "node:child_process"
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../build/build.mjs"
import { readFont } from "./read-font.ts"

// Makes the fonts of a share's picture (src/host/fonts) and what the viewer knows of their widths
// (src/viewer/card/widths.ts). Run by hand, where `python3 -m fontTools.subset` is (Debian: python3-fonttools).

interface Source {
  name: "regular" | "semibold" | "mono"
  package: string
  file: string
}

const SOURCES: readonly Source[] = [
  { name: "regular", package: "@expo-google-fonts/inter@0.4.2", file: "400Regular/Inter_400Regular.ttf" },
  { name: "semibold", package: "@expo-google-fonts/inter@0.4.2", file: "600SemiBold/Inter_600SemiBold.ttf" },
  {
    name: "mono",
    package: "@expo-google-fonts/jetbrains-mono@0.4.1",
    file: "400Regular/JetBrainsMono_400Regular.ttf",
  },
]

/** Latin, Greek and Cyrillic with their extensions, punctuation, currencies, arrows, mathematics, boxes and signs. */
const UNICODES = [
  ..."20-7E A0-AC AE-24F 2B0-2FF 370-3FF 400-52F 1E00-1EFF 2010-2027 2030-205E 2070-209F 20A0-20BF".split(
    " ",
  ),
  ..."2100-214F 2190-23FF 2500-27BF".split(" "),
]

const folder = await mkdtemp(join(tmpdir(), "card-fonts-"))
try {
  const faces = []
  for (const source of SOURCES) faces.push(`  ${source.name}: ${await make(source)},\n`)
  const path = join(root, "src/viewer/card/widths.ts")
  await writeFile(path, `${head()}export const WIDTHS = {\n${faces.join("")}} as const\n`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function make({ name, package: from, file }: Source): Promise<string> {
  const run = (command: string, args: string[]) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8" })
  run("tar", ["xzf", run("npm", ["pack", "--silent", from]).trim()])
  const target = join(root, `src/host/fonts/${name}.ttf`)
  run("python3", [
    ..."-m fontTools.subset --layout-features=kern --no-hinting --notdef-outline".split(" "),
    ..."--drop-tables+=GSUB,GDEF,STAT,gasp --name-IDs=0,1,2,4,5,6,13,14,16,17".split(" "),
    `--unicodes=${UNICODES.join(",")}`,
    `--output-file=${target}`,
    join("package", file),
  ])
  const licence = name === "mono" ? "OFL-JetBrainsMono.txt" : "OFL-Inter.txt"
  await copyFile(join(folder, "package/LICENSE_FONT"), join(root, "src/host/fonts", licence))
  return describe(await readFile(target))
}

function describe(font: Uint8Array): string {
  const { unitsPerEm, widths } = readFont(font)
  const runs: string[] = []
  let last = -1
  for (const [code, width] of [...widths].sort(([a], [b]) => a - b)) {
    if (code === last + 1) runs.push(`${runs.pop()} ${width}`)
    else runs.push(`${code.toString(16)} ${width}`)
    last = code
  }
  const lines = runs.map((run) => `"${run.replace(/( \d+)\1+(?= |$)/g, repeated)}"`)
  return `{ unitsPerEm: ${unitsPerEm}, runs: [\n${lines.join(",\n")},\n] }`
}

function repeated(same: string, one: string): string {
  return `${one}x${same.length / one.length}`
}

function head(): string {
  return `/**
 * Made by scripts/card-fonts.ts from the fonts themselves: the first code point of a run of glyphs, in hexadecimal,
 * and the width of each in font units; \`600x95\` is 95 of them. What is not in here the font has no glyph for.
 */
`
}
