/** What services ask of the picture of a link, in pixels: https://ogp.me and every vendor's guide, 1.91 to 1. */
export const CARD = { width: 1200, height: 630 } as const
