/** 22 base62 characters, as many as an id has: 130 bits. */
export const CAPABILITY_LENGTH = 22

/**
 * A share's address that opens it where its link alone does not: `{id}_{capability}`, which `opencode import` takes for
 * an id. No id that a client brings may look like it.
 */
const WITH_CAPABILITY = new RegExp(`^([A-Za-z0-9_-]{8,64})_([A-Za-z0-9]{${CAPABILITY_LENGTH}})$`)

export interface NamedShare {
  shareID: string
  capability: string | undefined
}

/** What stands in the place of an id: not yet known to be one. */
export function splitCapability(text: string): NamedShare {
  const [, shareID, capability] = WITH_CAPABILITY.exec(text) ?? []
  return shareID === undefined ? { shareID: text, capability: undefined } : { shareID, capability }
}

export function joinCapability(shareID: string, capability: string): string {
  return `${shareID}_${capability}`
}
