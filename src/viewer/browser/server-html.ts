/** Trusted Types, where the browser has them. TypeScript's own DOM types do not everywhere. */
interface TypesFactory {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string },
  ): { createHTML(text: string): string }
}

/** The one policy that the page's Content-Security-Policy allows: markup that our own server rendered. */
const policy = (globalThis as { trustedTypes?: TypesFactory }).trustedTypes?.createPolicy("better-share", {
  createHTML: (text) => text,
})

function own(text: string): string {
  return policy ? policy.createHTML(text) : text
}

/** The single element that a piece of markup describes. */
export function parseElement(text: string): Element | null {
  return parseElements(text).firstElementChild
}

/** The elements that a piece of markup describes. */
export function parseElements(text: string): DocumentFragment {
  const template = document.createElement("template")
  template.innerHTML = own(text)
  return template.content
}

/** Fetches a page of this server. Undefined when it is not there. */
export async function fetchPage(url: string, signal?: AbortSignal): Promise<Document | undefined> {
  return (await fetchAnswer(url, signal)).page
}

/** The same, with the status that it came with. */
export async function fetchAnswer(
  url: string,
  signal: AbortSignal | null = null,
): Promise<{ status: number; page: Document | undefined }> {
  const answer = await fetch(url, { cache: "no-store", credentials: "same-origin", signal })
  if (!answer.ok) return { status: answer.status, page: undefined }
  const page = new DOMParser().parseFromString(own(await answer.text()), "text/html")
  return { status: answer.status, page }
}
