import type { Item } from "../src/protocol/item.ts"
import type { CreateAnswer, DeleteAnswer } from "../src/protocol/routes.ts"

/** The four calls of OpenCode's own client, as it makes them. Answers come with their status, never as errors. */
export function createNativeClient(url: string, headers: Record<string, string> = {}) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, body: parse<T>(text) }
  }
  return {
    call,
    create: (sessionID: string) => call<CreateAnswer>("POST", "/api/share", { sessionID }),
    sync: (id: string, secret: string, data: Item[]) =>
      call<Record<string, never>>("POST", `/api/share/${id}/sync`, { secret, data }),
    data: (id: string) => call<Item[]>("GET", `/api/share/${id}/data`),
    remove: (id: string, secret: string) => call<DeleteAnswer>("DELETE", `/api/share/${id}`, { secret }),
  }
}

export interface Answer<T> {
  status: number
  headers: Headers
  text: string
  /** The parsed body. */
  body: T & { error?: { code: string; message: string } }
}

function parse<T>(text: string): T & { error?: { code: string; message: string } } {
  try {
    return JSON.parse(text)
  } catch {
    return { error: undefined } as never
  }
}
