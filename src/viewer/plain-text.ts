/**
 * Terminal output as text. Control sequences (ECMA-48: CSI, OSC, DCS and the rest) carry colours and cursor moves
 * for a terminal; on a page they are noise at best.
 */
export const SEQUENCES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]?/g
export const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/

/** Text without control sequences and control characters. A progress bar shows its last state. */
export function plainText(text: string): string {
  if (!CONTROL.test(text)) return text
  const bare = text.replace(SEQUENCES, "").replace(/\r\n/g, "\n").replace(CONTROLS, "")
  return bare.includes("\r") ? bare.split("\n").map(lastWritten).join("\n") : bare
}

/** A carriage return starts the line anew, over what stood there. */
function lastWritten(line: string): string {
  const writes = line.split("\r").filter((write) => write !== "")
  return writes.at(-1) ?? ""
}
