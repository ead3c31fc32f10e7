// Builds what `better-share` is, under dist/: the program, the viewer's assets and the plugin.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Bundles the viewer's script and stylesheet into `outdir` under names that hold a hash of their content. */
export async function buildAssets(outdir) {
  await rm(outdir, { recursive: true, force: true })
  await mkdir(outdir, { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: {
      page: "src/viewer/browser/page.ts",
      encrypted: "src/viewer/browser/encrypted/page.ts",
      redact: "src/viewer/browser/encrypted/redact.ts",
      export: "src/viewer/browser/export.ts",
      theme: "src/viewer/browser/theme.ts",
      style: "src/viewer/styles/style.css",
      admin: "src/viewer/styles/admin.css",
      themes: "src/viewer/themes/themes.css.ts",
      icon: "src/viewer/styles/icon.svg",
    },
    entryNames: "[name]-[hash]",
    outdir,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16.4"],
    loader: { ".svg": "copy" },
    plugins: [writtenStyles],
    legalComments: "none",
    logLevel: "warning",
  })
}

/** Stylesheets that code writes: of a `.css.ts` file, what it exports is bundled, and not the code. */
const writtenStyles = {
  name: "written-styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], bundle: true, format: "esm", write: false })
      const code = Buffer.from(outputFiles[0].contents).toString("base64")
      const { default: contents } = await import(`data:text/javascript;base64,${code}`)
      return { contents, loader: "css" }
    })
  },
}

/** Packages that a build leaves in node_modules: one is native, of the other the painter's thread loads the wasm. */
export const UNBUNDLED = ["libsql", "@resvg/resvg-wasm"]

/** The command line and the server that it starts: what a command does not need is not loaded for it. */
export async function buildProgram(outdir) {
  for (const name of await readdir(outdir).catch(() => []))
    if (/^(better-share|chunk-\w+)\.mjs(\.map)?$/.test(name)) await rm(join(outdir, name))
  await build({
    absWorkingDir: root,
    entryPoints: { "better-share": "src/cli/main.ts" },
    outdir,
    splitting: true,
    chunkNames: "chunk-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    external: UNBUNDLED,
    // Its other form asks for its parts in a way that cannot be bundled.
    alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "warning",
  })
}

/** Puts the thread that draws pictures and its fonts beside the server, as they are: it starts them from there. */
export async function copyPainter(outdir) {
  for (const name of ["draw-worker.mjs", "fonts"]) {
    await cp(join(root, "src/host", name), join(outdir, name), { recursive: true })
  }
}

/**
 * Bundles the plugin into a folder that can be published as it is: one file with one export and no dependencies, for
 * the Bun inside OpenCode. Returns what each source file contributes, in bytes (esbuild's metafile).
 */
export async function buildPlugin(outdir) {
  const { version, license } = JSON.parse(await readFile(join(root, "package.json"), "utf8"))
  await rm(outdir, { recursive: true, force: true })
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: "src/plugin/entry.ts" },
    outdir,
    bundle: true,
    minify: true,
    platform: "node",
    target: "es2023",
    format: "esm",
    define: { BETTER_SHARE_VERSION: JSON.stringify(version) },
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
  })
  const description =
    "OpenCode sessions, shared from your own server: redacted, encrypted if you like, and yours to take back."
  const manifest = {
    name: "better-share",
    version,
    description,
    license,
    type: "module",
    main: "index.js",
    exports: { ".": "./index.js", "./server": "./index.js" },
    files: ["index.js"],
  }
  await writeFile(join(outdir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`)
  return metafile
}

export async function buildAll(outdir = join(root, "dist")) {
  // The program last: its time stamp says that the whole build is done.
  await buildAssets(join(outdir, "assets"))
  await buildPlugin(join(outdir, "plugin"))
  await copyPainter(outdir)
  await buildProgram(outdir)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
