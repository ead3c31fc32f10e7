import { cp, mkdir, writeFile } from "node:fs/promises"
import { createServer, type IncomingHttpHeaders } from "node:http"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { closeServer, listen } from "../loopback.ts"
import { type CliPlace, createCli } from "./cli.ts"
import { createPlace, exported, type Place } from "./place.ts"

/** Somebody else's server, which answers everything with the same, and remembers what it was sent. */
async function foreignServer(answer = "{}", type = "application/json") {
  const heard: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    heard.push(request.headers)
    response.writeHead(200, { "content-type": type }).end(answer)
  })
  const url = await listen(server)
  onTestFinished(() => closeServer(server))
  return { url, heard }
}

test("secrets of the environment go to no server that only a project's file or a link names", async () => {
  const { cwd, env } = await createPlace()
  const { url, heard } = await foreignServer()
  await writeFile(join(cwd, "opencode.json"), JSON.stringify({ enterprise: { url } }))
  await writeFile(join(cwd, ".env"), `BASE_URL=${url}\n`)
  const { BETTER_SHARE_BASE_URL: own = "", ...rest } = env
  const secrets = {
    BETTER_SHARE_ADMIN_TOKEN: "bsa_mine",
    BETTER_SHARE_TOKEN: "bst_mine",
    BETTER_SHARE_SECRET: "secret_mine",
  }
  const cli = createCli({ cwd, env: { ...rest, ...secrets } })
  for (const args of [["admin", "overview"], ["token", "list"], ["share", "-"], ["list"]])
    expect(await cli(args, JSON.stringify(exported("ses_one", ["Hello"]))), args.join(" ")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--server"),
    })
  await cli(["doctor"])
  const named = createCli({ cwd, env: { ...rest, ...secrets, BETTER_SHARE_BASE_URL: own } })
  await named(["export", `${url}/share/aShareOfSomebody`])
  await named(["show", `${url}/share/aShareOfSomebody`])
  expect(JSON.stringify(heard)).not.toContain("_mine")
  // Said by hand, it is one's own.
  await cli(["admin", "overview", "-s", url])
  expect(JSON.stringify(heard)).toContain("bsa_mine")
})

test("a page in the place of a share is no share", async () => {
  const { cli } = await createPlace()
  for (const answer of ["<html></html>", "null", "{}", "[]"]) {
    const { url } = await foreignServer(answer, answer.startsWith("<") ? "text/html" : "application/json")
    for (const command of ["export", "import"])
      expect(await cli([command, `${url}/share/aShareOfSomebody`])).toMatchObject({
        code: 1,
        stdout: "",
        stderr: expect.stringContaining("not Better Share's"),
      })
  }
})

test("what a server answers steers no terminal", async () => {
  const place = await createPlace()
  const shared = JSON.parse(
    (await place.cli(["share", "-", "--json"], JSON.stringify(exported("ses_one", ["Hello"])))).stdout,
  )
  const steering = "\u001b]0;mine\u0007\u001b[2J\u009b31m\u202e"
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const answer = await globalThis.fetch(input, init)
    if (!answer.headers.get("content-type")?.includes("json")) return answer
    return new Response(
      (await answer.text()).replaceAll(
        '"url":"',
        `"url":"${steering.replaceAll("\u001b", "\\u001b").replaceAll("\u0007", "\\u0007")}`,
      ),
      answer,
    )
  }
  const cli = createCli(place, { fetch })
  for (const args of [
    ["set", shared.id, "--expires", "1d"],
    ["list"],
    ["show", shared.id],
    ["open", "--print"],
  ]) {
    const { stdout, stderr } = await cli(args)
    expect(stdout + stderr, args.join(" ")).not.toMatch(/[\u001b\u0007\u009b\u202e]/)
  }
})

test("on another machine of the same owner, what is asked for holds for the share that is taken over", async () => {
  const place = await createPlace()
  const session = JSON.stringify(exported("ses_one", ["Hello"]))
  const { url } = JSON.parse((await place.cli(["share", "-", "--json"], session)).stdout)
  const other = createCli(await sameOwnerElsewhere(place))
  const again = await other(["share", "-", "--visibility", "private", "--json"], session)
  expect(JSON.parse(again.stdout).url).toBe(url)
  expect((await fetch(url)).status).not.toBe(200)
})

test("shared twice at once, a session has one share; unshared, none", async () => {
  const place = await createPlace()
  const session = JSON.stringify(exported("ses_one", ["Hello"]))
  const both = await Promise.all([1, 2, 3].map(() => place.cli(["share", "-", "--json"], session)))
  expect(new Set(both.map(({ stdout }) => JSON.parse(stdout).url)).size).toBe(1)
  expect(JSON.parse((await place.cli(["list", "--json"])).stdout)).toHaveLength(1)
})

test("interrupted, a share that was taken over is left as it was", async () => {
  const place = await createPlace()
  const session = JSON.stringify(exported("ses_one", ["Hello"]))
  const { url } = JSON.parse((await place.cli(["share", "-", "--json"], session)).stdout)
  const other = await sameOwnerElsewhere(place)
  const stop = new AbortController()
  stopAt("/api/share/recover", stop)
  expect(await createCli(other, { signal: stop.signal })(["share", "-"], session)).toMatchObject({
    code: 130,
  })
  expect((await fetch(url)).status).toBe(200)
})

test("interrupted, a share that was made for it is gone again", async () => {
  const place = await createPlace()
  const stop = new AbortController()
  const interrupted = createCli(place, { signal: stop.signal })
  stopAt("/api/share/presign", stop)
  const outcome = await interrupted(["share", "-"], JSON.stringify(exported("ses_one", ["Hello"])))
  expect(outcome).toMatchObject({ code: 130, stdout: "" })
  expect((await place.cli(["list", "--json"])).stdout).toBe("[]\n")
  expect(await place.world.storedFiles()).toEqual([])
})

/** Another machine to which somebody has taken their owner key. */
async function sameOwnerElsewhere({ cwd, env }: Place): Promise<CliPlace> {
  const home = join(cwd, "other")
  const kept = ".local/share/better-share"
  await mkdir(join(home, kept), { recursive: true })
  await cp(join(cwd, kept, "owner.json"), join(home, kept, "owner.json"))
  return { cwd: home, env: { ...env, HOME: home } }
}

/** Ctrl-C, as soon as this has been answered. */
function stopAt(path: string, stop: AbortController): void {
  const fetch = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const answer = await fetch(input, init)
    if (String(input).endsWith(path)) stop.abort()
    return answer
  }
  onTestFinished(() => {
    globalThis.fetch = fetch
  })
}
