/** What can be wrong with what is stored, and what it means. */
export const FINDINGS = {
  lost: "named in the manifest and not in the store",
  "wrong-size": "not as large as the manifest says",
  "wrong-hash": "not what was put under its name",
  unreadable: "not to be read",
  "wrong-revisions": "made of segments that do not follow each other",
  "lost-rules": "shown to nobody, as what was taken out of it cannot be opened with the keys that there are",
  "wrong-counts": "counted otherwise in its row than in its content",
  "wrong-bytes": "larger or smaller in its row than in its manifest",
  orphan: "needed by nobody",
  unknown: "of a share that this database does not know",
  "stray-rows": "not rid of rows of shares that were removed",
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
