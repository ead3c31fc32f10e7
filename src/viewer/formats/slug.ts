const MOST = 60

/** A title as the beginning of a file's name: `Write an add function` → `write-an-add-function`. Empty when nothing is left. */
export function slugOf(title: string): string {
  const slug = title
    .slice(0, 4 * MOST)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
  return slug.slice(0, MOST).replace(/^-+|-+$/g, "")
}
