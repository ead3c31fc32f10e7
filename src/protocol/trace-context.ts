import * as z from "zod/mini"

/** Where a request stands in what its client does, as both sides' logs and traces name it. */
export interface TraceContext {
  /** 32 hexadecimal digits, lower-case. */
  trace: string
  /** 16 of them: what the client calls this request. */
  span: string
}

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
const traceparent = z.string().check(
  z.maxLength(256),
  z.regex(/^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/),
  // Only versions to come may say more.
  z.refine((text) => text.length === 55 || !text.startsWith("00")),
)

/** Undefined for what is none: then a request is simply part of no trace. */
export function readTraceContext(header: unknown): TraceContext | undefined {
  const read = traceparent.safeParse(header)
  if (!read.success) return undefined
  const [, trace = "", span = ""] = read.data.split("-")
  return { trace, span }
}
