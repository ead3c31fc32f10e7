import { expect, test } from "vitest"
import { createCli } from "./cli.ts"
import { createPlace, exported, type Place } from "./place.ts"

/** The same machine, with the admin token. */
async function operatorAt({ world, env, cwd }: Place) {
  const token = await world.trust.admin.rotate({ actor: "system" })
  return createCli({ env: { ...env, BETTER_SHARE_ADMIN_TOKEN: token }, cwd })
}

test("an operator looks after shares, blocks and tokens, and the audit tells of it", async () => {
  const place = await createPlace()
  const operator = await operatorAt(place)
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await operator([...args, "--json"])
    expect(code, stderr).toBe(0)
    return JSON.parse(stdout)
  }
  const { id, url } = JSON.parse(
    (await place.cli(["share", "-", "--json"], JSON.stringify(exported("ses_one", ["Hello"])))).stdout,
  )
  expect(await json("admin", "overview")).toMatchObject({ shares: { active: 1 } })
  expect(await json("admin", "shares", "--search", "small")).toMatchObject([{ id, title: "A small session" }])
  expect(await json("admin", "shares", "--state", "revoked")).toEqual([])

  const reissued = await json("admin", "reissue", url)
  expect(reissued.secret).toMatch(/^\S{20,}$/)
  expect((await place.cli(["set", "ses_one", "--expires", "1d"])).code).toBe(1)

  const made = await json("token", "create", "ci")
  expect(await json("token", "list")).toMatchObject([{ name: "ci" }])
  const withToken = createCli({ env: { ...place.env, BETTER_SHARE_TOKEN: made.text }, cwd: place.cwd })
  expect((await withToken(["share", "-"], JSON.stringify(exported("ses_two", ["Hello"])))).code).toBe(0)
  expect(await json("token", "revoke", "ci")).toMatchObject({ name: "ci", revokedAt: expect.any(String) })

  expect(await json("admin", "block", "address", "192.0.2.0/24", "--reason", "Spam")).toMatchObject({
    reason: "Spam",
  })
  expect(await json("admin", "blocks")).toHaveLength(1)
  await json("admin", "unblock", "address", "192.0.2.0/24")
  expect(await json("admin", "blocks")).toEqual([])

  expect((await operator(["admin", "take-down", id, "--reason", "Asked for"])).code).toBe(2)
  await json("admin", "take-down", id, "--reason", "Asked for", "--yes")
  const page = await fetch(url)
  expect(page.status).toBe(410)
  expect(await page.text()).toContain("Asked for")

  const audit = (await operator(["admin", "audit", "--share", id])).stdout.trim().split("\n")
  const events = audit.map((line) => JSON.parse(line).event)
  expect(events).toEqual(expect.arrayContaining(["created", "secret_reissued", "taken_down"]))
})

test("who has no admin token, or another, is told so", async () => {
  const place = await createPlace()
  expect(await place.cli(["admin", "overview"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("BETTER_SHARE_ADMIN_TOKEN"),
  })
  const other = createCli({ env: { ...place.env, BETTER_SHARE_ADMIN_TOKEN: "bsa_other" }, cwd: place.cwd })
  const refused = await other(["token", "create", "mine", "--json"])
  expect(refused).toMatchObject({ code: 1, stdout: "" })
  expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: "unauthorized" } })
})

test("what was shared is taken out by its owner, never by an argument that others could see", async () => {
  const { cli } = await createPlace()
  const { url } = JSON.parse(
    (
      await cli(
        ["share", "-", "--json"],
        JSON.stringify(exported("ses_one", ["My colleague Ottilie", "Ottilie it is"])),
      )
    ).stdout,
  )
  const receipt = JSON.parse((await cli(["redact", "ses_one", "--text", "--json"], "Ottilie\n")).stdout)
  expect(receipt).toMatchObject({ rules: 1, occurrences: 2, items: 2 })
  const text = await (await fetch(`${url}.txt`)).text()
  expect(text).not.toContain("Ottilie")
  expect(text).toContain("My colleague [redacted]")
  expect(await cli(["redact", "ses_one", "--text"], "abc")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("4 characters"),
  })
  expect((await cli(["redact", "ses_one"])).code).toBe(2)
  // A typo in what is to go must not pass for its being gone.
  for (const args of [["--text"], ["--message", "msg_nope"]])
    expect(await cli(["redact", "ses_one", ...args], "Ottielie")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Nothing in the share matches"),
    })
  await cli(["share", "-", "--encrypt"], JSON.stringify(exported("ses_sealed", ["Ottilie"])))
  expect(await cli(["redact", "ses_sealed", "--text"], "Ottilie")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("browser"),
  })
})
