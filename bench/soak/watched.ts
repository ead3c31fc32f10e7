import type { ServerFigures } from "../load/server-figures.ts"
import type { Series } from "./trend.ts"

/** What is looked at of a server, and how much of a rise is noise. */
interface Watched extends Omit<Series, "points"> {
  /** Undefined: it cannot be known here. */
  read(figures: ServerFigures): number | undefined
}

const MIB = 2 ** 20

export const WATCHED: readonly Watched[] = [
  {
    name: "resident memory",
    unit: "MiB",
    of: "least",
    share: 0.06,
    slack: 10,
    read: (f) => f.resident / MIB,
  },
  { name: "heap in use", unit: "MiB", of: "least", share: 0.15, slack: 6, read: (f) => f.heap / MIB },
  { name: "open files", unit: "", of: "middle", share: 0.05, slack: 10, read: (f) => f.files },
  { name: "streams", unit: "", of: "middle", share: 0.05, slack: 5, read: (f) => f.streams },
  { name: "active shares", unit: "", of: "middle", share: 0.05, slack: 2, read: (f) => f.shares },
  { name: "segments", unit: "", of: "middle", share: 0.1, slack: 10, read: (f) => f.segments },
  { name: "segments to be merged", unit: "", of: "middle", share: 0.15, slack: 20, read: (f) => f.unmerged },
  {
    name: "replaced objects that are due",
    unit: "",
    of: "middle",
    share: 0.1,
    slack: 20,
    read: (f) => f.superseded.due,
  },
  {
    name: "replaced objects, all",
    unit: "",
    of: "middle",
    share: 0.15,
    slack: 50,
    read: (f) => f.superseded.due + f.superseded.later,
  },
  {
    name: "deletions to be finished",
    unit: "",
    of: "middle",
    share: 0.1,
    slack: 2,
    read: (f) => f.deletions,
  },
  { name: "statements that wait", unit: "", of: "middle", share: 0, slack: 1, read: (f) => f.pool.waiting },
]
