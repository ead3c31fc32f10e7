/**
 * Who may see a share: whoever has the link, and of those only who knows its password, or nobody but its owner and the
 * operator; or everybody, as it is listed where the server keeps a list.
 */
export const VISIBILITIES = ["unlisted", "public", "password", "private"] as const

export type Visibility = (typeof VISIBILITIES)[number]

/** With which a share begins, unless its creator says another. */
export const USUAL_VISIBILITY: Visibility = "unlisted"
