/** How long the plain form's URL can be used. */
export const PLAIN_TICKET_MS = 3600_000

/** The same of a segment's: it is asked for when the segment is ready. */
export const SEGMENT_TICKET_MS = 15 * 60_000

/** An upload that began just before its ticket expired may still arrive this much later. */
export const LATE_UPLOAD_MS = 10 * 60_000

/**
 * What a node began to put when another revoked its share is there this much later or never: all tries of a segment's
 * last part, and of what completes it, come to five and a half minutes.
 */
export const LATE_PUT_MS = 6 * 60_000

/** A segment is committed within this time of its upload or not at all, so that a sweep knows what nobody will need. */
export const COMMITTABLE_MS = 3600_000
