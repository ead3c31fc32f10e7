import { formatBytes } from "../../protocol/limits.ts"
import { asText, type Fields, filled, record } from "../read.ts"
import { oneLine } from "./clean.ts"

/** A file that a message or a tool's answer holds, without its content. */
export interface Attachment {
  name: string
  /** Media type, size or address, as far as they are known. */
  facts: string[]
}

export function readAttachment(file: Fields): Attachment {
  const url = asText(file.url)
  const isData = url.startsWith("data:")
  const source = record(file.source)
  const name =
    filled(file.filename) ?? filled(source.path) ?? filled(source.uri) ?? (isData ? undefined : filled(url))
  const place = url === name ? undefined : filled(url)
  const facts = [filled(file.mime), isData ? formatBytes(dataBytes(url)) : place]
  return {
    name: oneLine(name ?? "attachment"),
    facts: facts.filter((fact) => fact !== undefined).map((fact) => oneLine(fact)),
  }
}

function dataBytes(url: string): number {
  const payload = url.length - url.indexOf(",") - 1
  return /;base64,/i.test(url.slice(0, 200)) ? Math.floor((payload * 3) / 4) : payload
}
