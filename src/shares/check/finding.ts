/** What can be wrong with what is stored, and what it means. */
export const FINDINGS = {
  lost: "named in the manifest, and not in the store",
  "wrong-size": "not of the size that the manifest says",
  "wrong-hash": "not of the bytes that its name says",
  unreadable: "cannot be read",
  "wrong-revisions": "its segments do not follow each other, or go beyond its revision",
  "lost-rules":
    "what was taken out of it cannot be opened with the keys that there are, so it is shown to nobody",
  "wrong-counts": "its row counts otherwise than its content",
  "wrong-bytes": "its row says other bytes than its manifest",
  orphan: "needed by nobody, and old enough that nobody will",
  unknown: "of a share that this database does not know",
  "stray-rows": "rows of shares that were removed",
} as const
export type FindingKind = keyof typeof FINDINGS

export interface Finding {
  kind: FindingKind
  shareID?: string
  /** Of the object. */
  key?: string
  /** In a sentence's part, without anything of what was shared. */
  detail: string
  /** Whether it is mended now. What is lost or damaged cannot be: a backup may have it. */
  mended: boolean
}
