import { expect } from "vitest"
import * as z from "zod/mini"

type Call = { method: string; path: string; answer: unknown }

export interface CallOptions {
  params?: Record<string, string>
  body?: unknown
  /** With its question mark. */
  query?: string
}

// biome-ignore lint/suspicious/noExplicitAny: what is answered is held to the route's schema.
type Answer = { status: number; body: any; headers: Headers }

export type AdminClient = (route: Call, options?: CallOptions) => Promise<Answer>

/** Calls the admin's routes with a token, and holds what they answer to what they say. */
export function createAdminClient(url: string, token: string): AdminClient {
  return async ({ method, path, answer }, { params = {}, body, query = "" } = {}) => {
    const filled = path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? "")
    const response = await fetch(`${url}${filled}${query}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const streamed = response.ok && typeof answer === "string"
    const said = streamed ? await response.text() : await response.json()
    if (response.ok && !streamed) {
      expect(z.safeParse(answer as z.ZodMiniType, said).error?.issues ?? [], filled).toEqual([])
    }
    return { status: response.status, body: said, headers: response.headers }
  }
}
