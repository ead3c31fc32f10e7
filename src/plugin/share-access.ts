import type * as z from "zod/mini"
import { readExpiry } from "../protocol/expiry.ts"
import { accessBody } from "../protocol/routes.ts"
import type { Environment } from "./settings.ts"

/** Who may see a share that is made here, and for how long. What is left out, the server decides. */
export type ShareAccess = { [K in keyof Given]?: NonNullable<Given[K]> }
type Given = z.infer<typeof accessBody>

export const ACCESS_IN_WORDS: Record<keyof Given, string> = {
  visibility: 'it is "unlisted", "public", "password" or "private"',
  password: "it is a text of 8 to 1,024 characters",
  expires: 'it is a time such as "1h", "7d" or "2w", a date such as "2030-12-31", or "never"',
}

/**
 * @param given options that the schema has let through
 * @returns what is wrong, in words that never quote the password
 */
export function readShareAccess(
  { visibility, password: own, expires }: Given,
  environment: Environment,
): ShareAccess | { fault: string } {
  const password = own ?? environment.BETTER_SHARE_PASSWORD?.replace(/^\s+$/, "")
  const wrong = (option: keyof Given) => ({
    fault: `its option ${option} is wrong: ${ACCESS_IN_WORDS[option]}`,
  })
  if (own === undefined && password && !accessBody.shape.password.safeParse(password).success)
    return { fault: `BETTER_SHARE_PASSWORD is wrong: ${ACCESS_IN_WORDS.password}` }
  // When it comes is for the server to judge, at the moment of sharing: OpenCode may run for days.
  if (expires !== undefined && readExpiry(expires, 0) === undefined) return wrong("expires")
  if (visibility === "password" && !password)
    return { fault: 'with visibility "password" it needs one: its option password, or BETTER_SHARE_PASSWORD' }
  if (password && visibility !== undefined && visibility !== "password")
    return {
      fault: `${own === undefined ? "BETTER_SHARE_PASSWORD" : "its option password"} asks for visibility "password" or none, and not ${JSON.stringify(visibility)}`,
    }
  return { ...(visibility && { visibility }), ...(password && { password }), ...(expires && { expires }) }
}
