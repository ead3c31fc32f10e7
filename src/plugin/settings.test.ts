import { expect, test } from "vitest"
import { readSettings } from "./settings.ts"

const URL_OPTION = { url: "https://share.example.com/" }
const read = (options: unknown, environment = {}, builtIn?: string) =>
  readSettings(options, environment, builtIn)

test("without a url anywhere sharing is refused, with words that say where to put one", () => {
  expect(read(undefined)).toEqual({ fault: expect.stringContaining("no server is set") })
  expect(read({}, { BETTER_SHARE_BASE_URL: "  " })).toEqual({
    fault: expect.stringContaining("opencode.json"),
  })
})

test("the option stands before the environment, and that before what the download was made for", () => {
  const environment = { BETTER_SHARE_BASE_URL: "https://env.example.com" }
  expect(read(URL_OPTION, environment)).toMatchObject({ url: "https://share.example.com" })
  expect(read({ share: { url: "https://nested.example.com" } }, environment)).toMatchObject({
    url: "https://nested.example.com",
  })
  expect(read({}, environment, "https://built.example.com")).toMatchObject({ url: "https://env.example.com" })
  expect(read({}, {}, "https://built.example.com")).toMatchObject({ url: "https://built.example.com" })
})

test("defaults: OpenCode's own mode, redaction on, subagents with it, no encryption, no audit", () => {
  expect(read(URL_OPTION)).toEqual({
    url: "https://share.example.com",
    token: undefined,
    mode: undefined,
    redact: { mode: "replace", emails: false, hosts: false, addresses: false, patterns: [], allow: [] },
    dryRun: false,
    subagents: true,
    encrypt: false,
    access: {},
    audit: false,
  })
})

test("who may see new shares, and how long: what is not said is left to the server", () => {
  const access = { visibility: "password", password: "an open sesame", expires: "7d" }
  expect(read({ ...URL_OPTION, ...access })).toMatchObject({ access })
  expect(read({ ...URL_OPTION, expires: "2030-12-31" })).toHaveProperty("access", { expires: "2030-12-31" })
  expect(read({ ...URL_OPTION, visibility: "public" })).toHaveProperty("access", { visibility: "public" })
})

test("the password may stand in the environment, as it is; the option stands before it", () => {
  const environment = { BETTER_SHARE_PASSWORD: " an open sesame " }
  expect(read(URL_OPTION, environment)).toHaveProperty("access", { password: " an open sesame " })
  expect(read({ ...URL_OPTION, visibility: "password" }, environment)).toHaveProperty("access", {
    visibility: "password",
    password: " an open sesame ",
  })
  expect(read({ ...URL_OPTION, password: "another one" }, environment)).toHaveProperty("access", {
    password: "another one",
  })
  expect(read(URL_OPTION, { BETTER_SHARE_PASSWORD: "          " })).toHaveProperty("access", {})
})

test.each([
  [{ visibility: "private" }, "not a sesame", 'BETTER_SHARE_PASSWORD asks for visibility "password" or none'],
  [{}, "sesame", "BETTER_SHARE_PASSWORD is wrong: it is a text of 8"],
  [{ visibility: "password" }, "", 'with visibility "password" it needs one'],
])(
  "%j with the password %j in the environment is refused, and the password not said",
  (options, password, words) => {
    const fault = read({ ...URL_OPTION, ...options }, { BETTER_SHARE_PASSWORD: password })
    expect(fault).toEqual({ fault: expect.stringContaining(words) })
    if (password) expect(JSON.stringify(fault)).not.toContain(password)
  },
)

test("the shape of the hosted service's options is taken too", () => {
  const options = { share: { url: "https://a.example.com", enabled: false }, audit: { share: true } }
  expect(read(options)).toMatchObject({ url: "https://a.example.com", mode: "disabled", audit: true })
  expect(read({ share: { url: "https://a.example.com", enabled: true } })).toMatchObject({ mode: undefined })
})

test("modes and kinds of redaction", () => {
  expect(read({ ...URL_OPTION, share: "auto" })).toMatchObject({ mode: "auto" })
  expect(read({ ...URL_OPTION, redact: false })).toMatchObject({ redact: undefined })
  expect(read({ ...URL_OPTION, redact: "block" })).toMatchObject({ redact: { mode: "block", emails: false } })
  expect(read({ ...URL_OPTION, redact: { emails: true, hosts: undefined } })).toMatchObject({
    redact: { mode: "replace", emails: true, hosts: false },
  })
})

test.each([
  [{ url: "share.example.com" }, "is no URL"],
  [{ url: "ftp://share.example.com" }, "https://"],
  [{ url: "127.0.0.1:3455" }, "write it with https://"],
  [{ url: "https://share.example.com/some/path/" }, "has a path, /some/path/"],
  [{ ...URL_OPTION, redact: "blok" }, '"block"'],
  [{ url: "https://share.example.com/?a=b" }, "nothing more"],
  [{ url: "https://me:pw@share.example.com" }, "nothing more"],
  [{ ...URL_OPTION, share: "sometimes" }, "share"],
  [{ ...URL_OPTION, encrypt: "yes" }, "encrypt"],
  [{ ...URL_OPTION, visibility: "secret" }, 'visibility is wrong: it is "unlisted", "public", "password" or'],
  [{ ...URL_OPTION, visibility: "password" }, "it needs one: its option password, or BETTER_SHARE_PASSWORD"],
  [{ ...URL_OPTION, password: "sesame" }, "password is wrong: it is a text of 8 to 1,024 characters"],
  [{ ...URL_OPTION, password: "x".repeat(1025) }, "password is wrong"],
  [{ ...URL_OPTION, password: 12345678 }, "password is wrong"],
  [{ ...URL_OPTION, password: "an open sesame", visibility: "public" }, 'and not "public"'],
  [{ ...URL_OPTION, expires: "soon" }, 'expires is wrong: it is a time such as "1h"'],
  [{ ...URL_OPTION, expires: "2030-02-31" }, "expires is wrong"],
  [{ ...URL_OPTION, expires: 7 }, "expires is wrong"],
  [{ ...URL_OPTION, redcat: "block" }, 'no option "redcat"'],
  [{ ...URL_OPTION, redact: { emial: true } }, "redact"],
  [{ ...URL_OPTION, share: { enabeld: false } }, "share"],
  [{ ...URL_OPTION, redact: { patterns: [{ kind: "own", pattern: "(" }] } }, "own"],
])("%j is refused by name", (options, words) => {
  expect(read(options)).toEqual({ fault: expect.stringContaining(words) })
})

test("the address with a token in it, as OpenCode itself is given it, is taken apart", () => {
  expect(read({ url: "https://share.example.com/t/the-token/" })).toMatchObject({
    url: "https://share.example.com",
    token: "the-token",
  })
})

test("a folder of its own must be a whole path: it would lie in the project", () => {
  expect(read(URL_OPTION, { BETTER_SHARE_DIR: "data" })).toEqual({
    fault: expect.stringContaining("whole path"),
  })
  expect(read(URL_OPTION, { BETTER_SHARE_DIR: "/data" })).toMatchObject({ url: "https://share.example.com" })
})
