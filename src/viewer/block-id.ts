/**
 * Element ids. OpenCode's own ids stand verbatim, as they are the permalinks; any other id gets a prefix, so that a
 * share cannot name something `summary` and take over that element. A dot never survives in them: ids with a
 * dot (`msg_….parts`) are ours.
 */

const OWN = {
  message: /^msg_[A-Za-z0-9]+$/,
  part: /^prt_[A-Za-z0-9]+$/,
  session: /^ses_[A-Za-z0-9]+$/,
} as const

const PREFIX = { message: "m-", part: "p-", session: "s-" } as const

export type Addressed = keyof typeof OWN

/** The id of the element that shows this message, part or session. */
export function blockID(kind: Addressed, id: string): string {
  return OWN[kind].test(id) ? id : PREFIX[kind] + plain(id)
}

/** For the second of two parts with one id, which only two different messages can have. */
export function nestedPartID(messageID: string, partID: string): string {
  return `${PREFIX.part}${plain(messageID)}:${plain(partID)}`
}

/** The section of a file, on the page of all changes. */
export function fileBlockID(path: string): string {
  return `file-${plain(path)}`
}

function plain(id: string): string {
  return id.replace(/[^A-Za-z0-9_-]/gu, (char) => `:${(char.codePointAt(0) ?? 0).toString(16)}:`)
}
