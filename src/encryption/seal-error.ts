/**
 * What can be wrong with something sealed. `wrong_key`: it was sealed with another key than the link's. `tampered`: it
 * is not what the author made, or not what the author's head says. `format`: it was made by the holder of the key, and
 * is not what it should be. `too_large`: it cannot be sealed in one piece.
 */
export type SealFault = "wrong_key" | "tampered" | "format" | "too_large"

export class SealError extends Error {
  override readonly name = "SealError"
  readonly fault: SealFault

  constructor(fault: SealFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
