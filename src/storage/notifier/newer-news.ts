import type { ShareNews } from "../../shares/ports.ts"

/** What both tell together: of two that follow each other the second may say less. */
export function newerOf(before: ShareNews | undefined, next: ShareNews): ShareNews {
  if (before?.access === undefined || (next.access ?? -1) >= before.access) return next
  return { ...next, access: before.access }
}

/** Whether it says anything that whoever was told `told` does not know. */
export function isNews(news: ShareNews, told: ShareNews | undefined): boolean {
  if (told === undefined || news.state !== told.state || news.revision > told.revision) return true
  return news.access !== undefined && news.access > (told.access ?? -1)
}
