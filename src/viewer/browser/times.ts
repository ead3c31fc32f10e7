const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" })
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" })
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" })

/** Shows times in the reader's zone and manner. The server writes them in UTC. */
export function localiseTimes(content: ParentNode): void {
  for (const time of content.querySelectorAll<HTMLTimeElement>("time[data-style]")) {
    const at = new Date(time.dateTime)
    if (Number.isNaN(at.getTime())) continue
    const text = (time.dataset.style === "clock" ? CLOCK : MOMENT).format(at)
    if (time.textContent === text) continue
    time.textContent = text
    time.title = FULL.format(at)
  }
}
