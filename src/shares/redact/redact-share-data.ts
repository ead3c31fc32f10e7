import type { Occurrences, OwnersRedaction } from "../../redaction/owners-redaction.ts"

interface Shape extends Record<string, unknown> {
  session: unknown
  messages: { info: unknown; parts: unknown[] }[]
}

/**
 * A ShareData that has been found to be one (protocol/share-data.ts), item by item, and all else that its client put
 * into it. `found` is told of each.
 */
export function redactShareData(
  value: unknown,
  redaction: OwnersRedaction,
  found: (replaced: Occurrences) => void,
): unknown {
  const { session, messages, diffs, models, ...rest } = value as Shape

  function item(type: string, data: unknown): unknown {
    if (data === undefined || data === null) return data
    const clean = redaction.redactItem({ type, data })
    found(clean.replaced)
    return clean.item.data
  }

  function other(more: object): object {
    const clean = redaction.redactJson(more)
    found(clean.replaced)
    return clean.value as object
  }

  return {
    ...other(rest),
    session: item("session", session),
    messages: messages.map(({ info, parts, ...more }) => ({
      ...other(more),
      info: item("message", info),
      parts: parts.map((part) => item("part", part)),
    })),
    ...(diffs === undefined ? {} : { diffs: item("session_diff", diffs) }),
    ...(models === undefined ? {} : { models: item("model", models) }),
  }
}
