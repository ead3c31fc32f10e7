/** Text while it is being written, before the part that holds it is committed. It is handed on and kept nowhere. */
export interface TextDelta {
  sessionID: string
  messageID: string
  partID: string
  field: "text"
  /** Where `text` stands in the field. UTF-16 code units. */
  from: number
  text: string
}

/** What one node hands on of a share: as it is or, of an encrypted share, sealed for those who have its key. */
export type Passing = { deltas: readonly TextDelta[] } | { sealed: string }

/** A stretch of a part's text that is known without a gap. */
export interface Run {
  /** UTF-16 code units. */
  from: number
  text: string
}

/** The stretch with what a delta adds to it. What is known already stays; what would leave a gap is left out. */
export function extendRun(run: Run, { from, text }: Run): Run {
  const [end, last] = [run.from + run.text.length, from + text.length]
  if (from < run.from) {
    // Whoever sends has begun anew, for those who came late.
    return last < run.from ? { from, text } : { from, text: text + run.text.slice(last - run.from) }
  }
  return from > end || last <= end ? run : { from: run.from, text: run.text + text.slice(end - from) }
}
