import { Hono } from "hono"
import { type RedactionsAnswer, ROUTES, redactBody, redactionsQuery } from "../protocol/routes.ts"
import { readBody, readQuery, readSecretHeader, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Taking something out of a share that is stored already. */
export function createRedactionRoutes({ shares }: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()

  app.post(ROUTES.redactShare.path, async (c) => {
    const request = { shareID: readShareID(c), secret: readSecretHeader(c) }
    const { rules } = await readBody(c, redactBody)
    return c.json({ receipt: await shares.redact({ ...request, rules }) })
  })

  app.get(ROUTES.readRedactions.path, async (c) => {
    const request = { shareID: readShareID(c), secret: readSecretHeader(c) }
    const { texts } = readQuery(c, redactionsQuery)
    const { redactions, pending } = await shares.redactions(request)
    const answer: RedactionsAnswer = {
      redactions: redactions.map(({ rule, createdAt, occurrences }) => ({
        id: rule.id,
        kind: rule.kind,
        createdAt: new Date(createdAt).toISOString(),
        occurrences,
        ...(texts && { rule }),
      })),
      pending,
    }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  return app
}
