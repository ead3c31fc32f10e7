import type { Metafile } from "esbuild"

export const root: string
/** Bundles the viewer's script, stylesheet and icon into `outdir`, under names that hold a hash of their content. */
export function buildAssets(outdir: string): Promise<void>
/** Bundles the OpenCode plugin, with its package.json, into `outdir`. Resolves to what each source contributes. */
export function buildPlugin(outdir: string): Promise<Metafile>
/** Puts the thread that draws pictures, and its fonts, into `outdir`. */
export function copyPainter(outdir: string): Promise<void>
/** Packages that a build leaves in node_modules. */
export const UNBUNDLED: string[]
/** Bundles the command line, with the server that it starts, into `outdir`. */
export function buildProgram(outdir: string): Promise<void>
/** Into dist/, unless told. */
export function buildAll(outdir?: string): Promise<void>
