import { Hono } from "hono"
import { type RedactionsAnswer, ROUTES, redactBody, redactionsQuery } from "../protocol/routes.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readQuery, readSecretHeader, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Taking something out of a share that is stored already. */
export function createRedactionRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares } = deps
  const app = new Hono<ApiEnv>()

  app.post(ROUTES.redactShare.path, async (c) => {
    const request = { shareID: readShareID(c), credentials: { secret: readSecretHeader(c) } }
    const { rules } = await readBody(c, redactBody)
    const by = await originOf(c, deps, "secret")
    return c.json({ receipt: await shares.redact({ ...request, rules, by }) })
  })

  app.get(ROUTES.readRedactions.path, async (c) => {
    const request = { shareID: readShareID(c), credentials: { secret: readSecretHeader(c) } }
    const texts = readQuery(c, redactionsQuery).texts !== undefined
    const { redactions, pending } = await shares.redactions({ ...request, texts })
    const answer: RedactionsAnswer = {
      redactions: redactions.map(({ createdAt, ...kept }) => ({
        ...kept,
        createdAt: new Date(createdAt).toISOString(),
      })),
      pending,
    }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  return app
}
