/** One thing that was looked at. */
export interface Finding {
  /** One or two words. */
  name: string
  /** `note`: it works, and could be better. `skipped`: it could not be looked at. */
  state: "well" | "note" | "wrong" | "skipped"
  /** A sentence: what is there, or what is wrong. */
  says: string
  /** What to do about it. */
  mend?: string
}
