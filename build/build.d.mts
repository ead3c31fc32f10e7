export const root: string
/** Bundles the viewer's script, stylesheet and icon into `outdir`, under names that hold a hash of their content. */
export function buildAssets(outdir: string): Promise<void>
export function buildServer(outfile: string): Promise<void>
export function buildAll(): Promise<void>
