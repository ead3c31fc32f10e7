/** The forms that a kept page is sent in, the preferred one first. The set is closed, so no header can add to it. */
export const CODINGS = ["br", "gzip", "identity"] as const

export type Coding = (typeof CODINGS)[number]

/** Compresses a body. What `coding` says is what a `content-encoding` header would. */
export type Encode = (
  body: Uint8Array,
  coding: Exclude<Coding, "identity">,
) => Promise<Uint8Array<ArrayBuffer>>

/**
 * What to answer to an `Accept-Encoding` header (RFC 9110, 12.5.3): the coding of the highest weight, of equal ones
 * the smallest. What a client cannot mean is not offered to it; who refuses everything gets the body as it is.
 */
export function chooseCoding(header: string | undefined): Coding {
  if (header === undefined) return "identity"
  const weights = readWeights(header)
  const weightOf = (coding: Coding) =>
    weights.get(coding) ?? (coding === "identity" ? LEAST : (weights.get("*") ?? 0))
  let best: Coding = "identity"
  for (const coding of [...CODINGS].reverse()) {
    if (weightOf(coding) > 0 && weightOf(coding) >= weightOf(best)) best = coding
  }
  return best
}

/** What is not named is acceptable, behind all that is. */
const LEAST = 0.0001
const MEMBER = /^([^\s;]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const member of header.split(",")) {
    const [, name, weight = "1"] = MEMBER.exec(member.trim()) ?? []
    if (name !== undefined) weights.set(name.toLowerCase(), Number(weight))
  }
  return weights
}
