import { truncate, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, test } from "vitest"
import { filesBelow } from "../world.ts"
import { createPlace, exported, type Place } from "./place.ts"

interface Case {
  args: (place: Place) => string[]
  stdin?: string
  code: number
  says: RegExp
}

const whole = JSON.stringify(exported("ses_one", ["Hello"]))

const CASES: Record<string, Case> = {
  "no command": { args: () => [], code: 2, says: /Usage/ },
  "an unknown command": { args: () => ["lisst"], code: 2, says: /Did you mean list/ },
  "an unknown option": { args: () => ["list", "--jsno"], code: 2, says: /Unknown option '--jsno'/ },
  "a server that is no address": { args: () => ["list", "-s", "share.example.com"], code: 2, says: /no URL/ },
  "a server that does not answer": {
    args: () => ["show", "aShareThatIsNot", "-s", "http://127.0.0.1:9"],
    code: 1,
    says: /does not answer/,
  },
  "nothing to share": { args: () => ["share"], code: 2, says: /Which session/ },
  "a file that is not there": { args: () => ["share", "nowhere.json"], code: 1, says: /no such file/ },
  "a folder": { args: ({ cwd }) => ["share", cwd], code: 1, says: /it is a folder/ },
  "an empty input": { args: () => ["share", "-"], stdin: " ", code: 1, says: /it is empty/ },
  "half a JSON": { args: () => ["share", "-"], stdin: whole.slice(0, 200), code: 1, says: /may be cut off/ },
  "somebody else's JSON": {
    args: () => ["import", "-"],
    stdin: '{"name":"x","version":"1"}',
    code: 1,
    says: /no session that OpenCode or Better Share/,
  },
  "a list of something else": {
    args: () => ["import", "-"],
    stdin: "[1,2]",
    code: 1,
    says: /cannot be read/,
  },
  "no JSON at all": { args: () => ["import", "-"], stdin: "hello", code: 1, says: /it is no JSON/ },
  "a share that is none": {
    args: () => ["export", "aShareThatIsNot"],
    code: 1,
    says: /no such share|no share/i,
  },
  "an address of something else": {
    args: () => ["export", "https://example.com/about"],
    code: 2,
    says: /no link to a share/,
  },
  "no OpenCode": { args: () => ["share", "ses_one"], code: 1, says: /no `opencode` on the PATH/ },
  "a session that was not shared here": {
    args: () => ["unshare", "ses_never"],
    code: 1,
    says: /has not shared the session/,
  },
  "nothing to change": { args: () => ["set", "aShareThatIsNot"], code: 2, says: /Nothing to change/ },
  "a span that is none": {
    args: () => ["unshare", "--older-than", "long"],
    code: 2,
    says: /takes a time such as/,
  },
  "both some and all": { args: () => ["unshare", "x", "--all"], code: 2, says: /Say which/ },
  "an unknown format": { args: () => ["export", "x", "-f", "pdf"], code: 2, says: /Allowed choices/ },
}

test.each(Object.entries(CASES))(
  "%s: one sentence, an exit code, and nothing half done",
  async (_, { args, stdin, code, says }) => {
    const place = await createPlace()
    const before = (await filesBelow(place.cwd)).length
    const outcome = await place.cli(args(place), stdin)
    expect(outcome.code).toBe(code)
    expect(outcome.stdout).toBe("")
    expect(outcome.stderr).toMatch(says)
    // No stack, and no word about the program itself.
    expect(outcome.stderr).not.toMatch(/^\s+at |undefined|\[object/m)
    expect((await filesBelow(place.cwd)).length).toBe(before)
    expect(await place.world.storedFiles()).toEqual([])
    const json = await place.cli([...args(place), "--json"], stdin)
    if (json.code === 1)
      expect(JSON.parse(json.stderr)).toMatchObject({
        error: { code: expect.any(String), message: expect.stringMatching(says) },
      })
  },
)

test("a file of more than a gigabyte is not read", async () => {
  const { cli, cwd } = await createPlace()
  const path = join(cwd, "huge.json")
  await writeFile(path, "[")
  await truncate(path, 2 ** 30 + 1)
  expect(await cli(["import", path])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("larger than 1 GiB"),
  })
})

test("a removed share, and a wrong key", async () => {
  const { cli, another } = await createPlace()
  const shared = JSON.parse((await cli(["share", "-", "--encrypt", "--json"], whole)).stdout)
  const other = await another()
  const [page, key = ""] = shared.url.split("#k=")
  const wrong = `${page}#k=${key.startsWith("A") ? "B" : "A"}${key.slice(1)}`
  expect(await other(["import", wrong])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("key does not open"),
  })
  expect(await other(["export", page])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("whole link"),
  })
  await cli(["unshare", shared.id])
  expect(await other(["export", shared.url])).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/removed|revoked/),
  })
})
