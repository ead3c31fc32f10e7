import { expect, test } from "vitest"
import { withoutSecrets } from "./without-secrets.ts"

test("values of secrets are not shown, whatever file they stand in", () => {
  const lines: Record<string, string> = {
    "+CREATE_TOKENS=abc,def": "+CREATE_TOKENS=…",
    "+S3_SECRET_ACCESS_KEY='a b c'": "+S3_SECRET_ACCESS_KEY='…'",
    "+DATABASE_URL=postgres://u:p@h/d": "+DATABASE_URL=…",
    '       "apiKey": "sk-123",': '       "apiKey": "…",',
    '+    "url": "https://share.example.com/t/abc"': '+    "url": "https://share.example.com/t/…"',
  }
  for (const [line, shown] of Object.entries(lines)) expect(withoutSecrets(line)).toBe(shown)
})

test("all else is shown as it is", () => {
  for (const line of [
    "+PORT=3000",
    '+  "share": "auto"',
    "+BASE_URL=https://share.example.com",
    "@@ -1,2 +1,3 @@",
  ])
    expect(withoutSecrets(line)).toBe(line)
})
