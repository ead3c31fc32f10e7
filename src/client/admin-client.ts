import type * as z from "zod/mini"
import { ADMIN_ROUTES } from "../protocol/admin-routes.ts"
import { pathOf } from "../protocol/routes.ts"
import { type Call, type CallerDeps, callApi, fetchBytes } from "./call.ts"

type Name = keyof typeof ADMIN_ROUTES
/** Those that answer JSON. */
type JsonName = { [N in Name]: (typeof ADMIN_ROUTES)[N]["answer"] extends string ? never : N }[Name]
type AnswerOf<N extends JsonName> = (typeof ADMIN_ROUTES)[N]["answer"] extends z.ZodMiniType
  ? z.infer<(typeof ADMIN_ROUTES)[N]["answer"]>
  : never

export interface AdminCall {
  params?: Record<string, string>
  /** What is undefined is left out. */
  query?: Record<string, string | undefined>
  body?: unknown
}

/** The operator's API. All throws `CallError`. */
export interface AdminClient {
  call<N extends JsonName>(name: N, call?: AdminCall): Promise<AnswerOf<N>>
  /** A line of JSON for each entry. */
  audit(query: NonNullable<AdminCall["query"]>): Promise<Uint8Array>
}

export function createAdminClient({
  baseUrl,
  token,
  ...deps
}: CallerDeps & { baseUrl: string; token: string }): AdminClient {
  function to(name: Name, { params = {}, query = {}, body }: AdminCall): Call {
    const { method, path } = ADMIN_ROUTES[name]
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const search = given.length > 0 ? `?${new URLSearchParams(given)}` : ""
    return {
      method,
      url: `${baseUrl}${pathOf({ path }, params)}${search}`,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    }
  }
  return {
    async call(name, call = {}) {
      const answer: z.ZodMiniType = ADMIN_ROUTES[name].answer
      return (await callApi(deps, to(name, call), answer)) as AnswerOf<typeof name>
    },
    audit: (query) => fetchBytes(deps, to("readAudit", { query })),
  }
}
