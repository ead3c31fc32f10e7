// Builds what `npm start` runs: the server in one file and the viewer's assets, both under dist/.
import { mkdir, rm } from "node:fs/promises"
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
      style: "src/viewer/styles/style.css",
      icon: "src/viewer/styles/icon.svg",
    },
    entryNames: "[name]-[hash]",
    outdir,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome109", "firefox115", "safari16.4"],
    loader: { ".svg": "copy" },
    legalComments: "none",
    logLevel: "warning",
  })
}

export async function buildServer(outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: ["src/host/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    // A native module, and so loaded from node_modules.
    external: ["libsql"],
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "warning",
  })
}

export async function buildAll() {
  // The server last: its time stamp says that the whole build is done.
  await buildAssets(join(root, "dist/assets"))
  await buildServer(join(root, "dist/server.mjs"))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll()
