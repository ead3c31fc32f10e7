const UNITS: Record<string, number> = {
  "": 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
}

/** Throws a sentence. */
export function readBytes(text: string): number {
  const [, count, unit = ""] = /^(\d+)\s*([a-z]*)$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  const bytes = Number(count) * (factor ?? Number.NaN)
  if (!Number.isSafeInteger(bytes) || bytes < 1024)
    throw new Error(`must be a size of 1 KiB or more, such as 256MiB or 1GB, not ${JSON.stringify(text)}.`)
  return bytes
}
