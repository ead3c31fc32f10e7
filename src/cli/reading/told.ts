import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { loadAssets } from "../../host/assets.ts"
import type { Document } from "../../protocol/document.ts"
import { renderExport } from "../../viewer/export/export.ts"
import { inlineAssets } from "../../viewer/export/inline-assets.ts"
import { FORMATS } from "../../viewer/formats/formats.ts"
import type { Tools } from "../../viewer/formats/told.ts"
import { readRange, sliceDocument } from "../../viewer/range.ts"

/** What a share can be exported as. */
export const EXPORT_FORMATS = ["json", "md", "txt", "html", "jsonl"] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

export interface TellOptions {
  from?: string | undefined
  to?: string | undefined
  tools?: Tools | undefined
}

interface OpenedShare {
  id: string
  revision: number
  /** ISO 8601. */
  createdAt: string
  updatedAt: string
}

/** Tells what was opened on this machine as a server tells what it can read. In pieces. */
export async function tell(
  { share, document }: { share: OpenedShare; document: Document },
  format: Exclude<ExportFormat, "jsonl">,
  { from, to, tools }: TellOptions,
): Promise<Iterable<string>> {
  if (format === "html") {
    const { style, exportScript } = await loadAssets(join(dirname(fileURLToPath(import.meta.url)), "assets"))
    return renderExport(
      { share, document },
      await inlineAssets({ style: style.body, script: exportScript.body }),
    )
  }
  const range = readRange({ from, to })
  const slice = range && sliceDocument(document, range)
  const { write, tools: usual } = FORMATS[format]
  return write({ share, document, slice, tools: tools ?? usual })
}
