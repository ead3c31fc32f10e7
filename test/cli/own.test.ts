import { readdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { createPlace, exported, type Place } from "./place.ts"

async function share(
  { cli }: Place,
  sessionID: string,
  ...options: string[]
): Promise<{ id: string; url: string }> {
  const { stdout } = await cli(
    ["share", "-", "--json", ...options],
    JSON.stringify(exported(sessionID, ["Hello"], `Of ${sessionID}`)),
  )
  return JSON.parse(stdout)
}

test("shares are listed, shown, changed and removed, each by its session, its id or its link", async () => {
  const place = await createPlace()
  const { cli } = place
  const one = await share(place, "ses_one")
  const two = await share(place, "ses_two", "--encrypt")
  const listed = await cli(["list"])
  expect(listed.stdout).toContain("Of ses_one")
  // With its key: this machine has it.
  expect(listed.stdout).toContain(two.url)
  const stats = JSON.parse((await cli(["stats", "--json"])).stdout)
  expect(stats).toMatchObject({
    shares: 2,
    encrypted: 1,
    visibility: { unlisted: 2 },
    bytes: expect.any(Number),
  })
  for (const named of ["ses_one", one.id, one.url]) {
    const shown = JSON.parse((await cli(["show", named, "--json"])).stdout)
    expect(shown).toMatchObject({ id: one.id, title: "Of ses_one", messageCount: 1, url: one.url })
  }
  expect((await cli(["open", "ses_two", "--print"])).stdout).toBe(`${two.url}\n`)
  expect((await cli(["open", "--print"])).stdout).toMatch(new RegExp(`^${place.world.url}/\\S+\n$`))

  const changed = await cli(["set", "ses_one", "--password", "--expires", "7d", "--json"], "correct horse\n")
  expect(JSON.parse(changed.stdout)).toMatchObject({ visibility: "password", expiresAt: expect.any(String) })
  expect((await fetch(`${one.url}.md`)).status).toBe(401)
  const other = await place.another()
  const read = await other(["export", one.url, "-f", "md", "--password"], "correct horse")
  expect(read.stdout).toContain("Of ses_one")
  expect(await other(["export", one.url, "--password"], "battery staple")).toMatchObject({
    code: 1,
    stdout: "",
  })
  expect(await other(["unshare", one.url])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no secret"),
  })

  const gone = await cli(["unshare", "ses_one", two.url, "--json"])
  expect(gone.code).toBe(0)
  expect(JSON.parse(gone.stdout)).toMatchObject([
    { id: one.id, receipt: { objects: 1, clearedAt: expect.any(String) } },
    { id: two.id, receipt: { objects: 1 } },
  ])
  for (const { url } of [one, two]) expect((await fetch(url)).status).toBe(410)
  expect(await place.world.storedFiles()).toEqual([])
  expect((await cli(["list", "--json"])).stdout).toBe("[]\n")
})

test("many are removed at once by whoever says that they are sure", async () => {
  let now = Date.now()
  const place = await createPlace({ now: () => now })
  const { cli } = place
  await share(place, "ses_one")
  await share(place, "ses_two")
  expect(await cli(["unshare", "--older-than", "1d", "--yes", "--json"])).toMatchObject({
    code: 0,
    stdout: "[]\n",
  })
  const unsure = await cli(["unshare", "--all"])
  expect(unsure).toMatchObject({ code: 2, stderr: expect.stringMatching(/Remove 2 shares .*--yes/) })
  now += 1_000
  expect(JSON.parse((await cli(["unshare", "--all", "--yes", "--json"])).stdout)).toHaveLength(2)
  expect(await place.world.storedFiles()).toEqual([])
})

test("a share is exported as the server tells it, and an encrypted one as it would", async () => {
  const place = await createPlace()
  const { cli } = place
  const one = await share(place, "ses_one")
  const sealed = await share(place, "ses_oni", "--encrypt")
  for (const format of ["json", "md", "txt", "html"]) {
    const { stdout } = await cli(["export", "ses_one", "-f", format])
    expect(stdout).toBe(await (await fetch(`${one.url}.${format}`)).text())
  }
  const readable = (text: string) => text.replaceAll(/ses_on[ei]/g, "ses_X").replace(/\b20\d\d-.*$/gm, "")
  for (const format of ["md", "txt"]) {
    const [clear, opened] = await Promise.all(
      [one, sealed].map(({ url }) => cli(["export", url, "-f", format])),
    )
    expect(readable(opened?.stdout ?? "")).toBe(readable(clear?.stdout ?? "-"))
  }
  const lines = (await cli(["export", sealed.url, "-f", "jsonl"])).stdout.trim().split("\n")
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(["session", "message", "part"])
  const into = await cli(["export", "ses_one", "-f", "md", "-o", "one.md", "--json"])
  expect(JSON.parse(into.stdout)).toMatchObject({
    file: "one.md",
    format: "md",
    bytes: expect.any(Number),
  })
})

test("an export goes where it is said: into what is there, with its rights, and never in part", async () => {
  const place = await createPlace()
  const { cli, cwd } = place
  await share(place, "ses_one")
  const sealed = await share(place, "ses_two", "--encrypt")
  await writeFile(join(cwd, "there.md"), "before", { mode: 0o640 })
  await symlink(join(cwd, "there.md"), join(cwd, "link.md"))
  expect((await cli(["export", "ses_one", "-f", "md", "-o", "link.md"])).code).toBe(0)
  expect(await readFile(join(cwd, "there.md"), "utf8")).toContain("Hello")
  expect((await stat(join(cwd, "there.md"))).mode & 0o777).toBe(0o640)
  // What the server may not read is nobody else's on this machine either.
  await cli(["export", sealed.url, "-f", "md", "-o", "sealed.md"])
  expect((await stat(join(cwd, "sealed.md"))).mode & 0o777).toBe(0o600)
  expect((await cli(["export", "ses_one", "-o", "-"])).stdout).toContain("Hello")
  const nowhere = await cli(["export", "ses_one", "-o", "nowhere/one.md"])
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining("no such folder") })
  expect((await readdir(cwd)).filter((name) => name.endsWith(".part"))).toEqual([])
})
