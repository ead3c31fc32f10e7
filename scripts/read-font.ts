/** What a TrueType font says of its glyphs' widths: https://learn.microsoft.com/typography/opentype/spec/ */
export interface FontWidths {
  unitsPerEm: number
  /** By code point, in font units; what the font has no glyph for is absent. */
  widths: Map<number, number>
}

export function readFont(bytes: Uint8Array): FontWidths {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const table = (tag: string): number => {
    for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
      if (tag === String.fromCharCode(...bytes.subarray(at, at + 4))) return view.getUint32(at + 8)
    }
    throw new Error(`The font has no table ${tag}.`)
  }
  const hmtx = table("hmtx")
  const lastMetric = view.getUint16(table("hhea") + 34) - 1
  const widths = new Map<number, number>()
  for (const [code, glyph] of readGlyphs(view, table("cmap"))) {
    widths.set(code, view.getUint16(hmtx + 4 * Math.min(glyph, lastMetric)))
  }
  return { unitsPerEm: view.getUint16(table("head") + 18), widths }
}

/** Code points and their glyphs, out of the subtable for the Basic Multilingual Plane (format 4). */
function* readGlyphs(view: DataView, cmap: number): Iterable<[code: number, glyph: number]> {
  const subtables = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  )
  const at = subtables.find((offset) => view.getUint16(offset) === 4)
  if (at === undefined) throw new Error("The font maps no characters in format 4.")
  const size = view.getUint16(at + 6)
  const ends = at + 14
  for (let i = 0; i < size; i += 2) {
    const start = view.getUint16(ends + size + 2 + i)
    const delta = view.getUint16(ends + 2 * size + 2 + i)
    const offsetAt = ends + 3 * size + 2 + i
    const offset = view.getUint16(offsetAt)
    for (let code = start; code <= view.getUint16(ends + i) && code < 0xffff; code++) {
      const found = offset === 0 ? code : view.getUint16(offsetAt + offset + 2 * (code - start))
      const glyph = found === 0 ? 0 : (found + delta) & 0xffff
      if (glyph !== 0) yield [code, glyph]
    }
  }
}
