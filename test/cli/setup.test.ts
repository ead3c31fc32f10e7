import { lstat, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { expect, test } from "vitest"
import { readConfig } from "../../src/host/config.ts"
import { createPlace, exported } from "./place.ts"

const read = (...path: string[]) => readFile(join(...path), "utf8")

test("init opencode names the server in what is there, keeps all else of it, and fetches the plugin", async () => {
  const { cli, cwd, world } = await createPlace()
  const before =
    '{\n  // mine\n  "model": "a/b",\n  "share": { "url": "x" },\n  "enterprise": { "other": 1 },\n}\n'
  await writeFile(join(cwd, "opencode.jsonc"), before)
  const asked = await cli(["init", "opencode", "-s", world.url, "--project"])
  expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") })
  // Shown before anything is written.
  expect(asked.stderr).toContain(`+    "url": "${world.url}"`)
  expect(await read(cwd, "opencode.jsonc")).toBe(before)

  // Who else works on the project has another token.
  const done = await cli(["init", "opencode", "-s", `${world.url}/t/a-token`, "--project", "--yes"])
  expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining("BETTER_SHARE_TOKEN") })
  const config = await read(cwd, "opencode.jsonc")
  expect(config).toContain("// mine")
  expect(config).toContain(`"url": "${world.url}"`)
  expect(config).toContain('"other": 1')
  // OpenCode does not start with an object there.
  expect(config).not.toContain('"share"')
  expect(await read(cwd, ".opencode/plugin/better-share.js")).toBe(
    await (await fetch(`${world.url}/plugin.js`)).text(),
  )
  expect(
    (await cli(["init", "opencode", "-s", `${world.url}/t/a-token`, "--project", "--yes"])).stdout,
  ).toContain("already")
})

test("init opencode with options names the plugin once, for all projects", async () => {
  const { cli, cwd, world } = await createPlace()
  for (const more of [["--encrypt"], ["--auto"]])
    expect((await cli(["init", "opencode", "-s", world.url, "--yes", ...more])).code).toBe(0)
  const config = JSON.parse(await read(cwd, ".config/opencode/opencode.json"))
  expect(config).toEqual({
    $schema: "https://opencode.ai/config.json",
    enterprise: { url: world.url },
    plugin: [[`file://${join(cwd, ".config/better-share/plugin.js")}`, { encrypt: true, share: "auto" }]],
  })
  // Again, as doctor advises where the plugin is missing: nothing that was chosen is lost.
  expect((await cli(["init", "opencode", "-s", world.url, "--yes"])).stdout).toContain("already")
  // And what is shared from the terminal goes by it.
  const shared = await cli(["share", "-", "--json"], JSON.stringify(exported("ses_one", ["Hello"])))
  expect(JSON.parse(shared.stdout).url).toContain("#k=")
  expect((await cli(["doctor"])).stdout).toMatch(/plugin .* its options are right/)
})

test("a configuration that is none, and a server that is away, stop init before it writes", async () => {
  const { cli, cwd, world } = await createPlace()
  await writeFile(join(cwd, "opencode.json"), '{ "model": ')
  expect(await cli(["init", "opencode", "-s", world.url, "--project", "--yes"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("line 1"),
  })
  expect(await read(cwd, "opencode.json")).toBe('{ "model": ')
  await world.stop()
  const away = await cli(["init", "opencode", "-s", world.url, "--yes"])
  expect(away).toMatchObject({ code: 1, stderr: expect.stringContaining("does not answer") })
  await expect(stat(join(cwd, ".config"))).rejects.toThrow()
})

test("init server writes settings that the server starts with, for its owner's eyes, and keeps what was there", async () => {
  const { cli, cwd } = await createPlace()
  await writeFile(join(cwd, ".env"), "# ours\nLOG_LEVEL=warn\nPORT=4000\n")
  const { code } = await cli([
    "init",
    "server",
    "--url",
    "https://share.example.com",
    "--set",
    "PORT=5000",
    "--yes",
  ])
  expect(code).toBe(0)
  const env = await read(cwd, ".env")
  expect(env).toMatch(/^# ours\nLOG_LEVEL=warn\nPORT=5000\n/)
  const config = readConfig(parseEnv(env))
  expect(config).toMatchObject({
    baseUrl: "https://share.example.com",
    port: 5000,
    trustedProxies: ["127.0.0.0/8", "::1"],
  })
  expect(config.createTokens).toHaveLength(1)
  expect((await stat(join(cwd, ".env"))).mode & 0o777).toBe(0o600)
  // Another time it makes no other token.
  await cli(["init", "server", "--set", "PORT=5001", "--yes"])
  expect(readConfig(parseEnv(await read(cwd, ".env"))).createTokens).toEqual(config.createTokens)
  expect(await cli(["init", "server", "--set", "PORTT=1", "--yes"])).toMatchObject({ code: 2 })
  expect(await cli(["init", "server", "--set", "PORT=high", "--yes"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("PORT"),
  })
})

test("init keeps whose eyes a file is for, writes through links, and shows no secret", async () => {
  const { cli, cwd, world } = await createPlace()
  const folder = join(cwd, ".config/opencode")
  await mkdir(folder, { recursive: true })
  const kept = join(cwd, "dotfiles.json")
  await writeFile(kept, '{\n  "provider": { "x": { "options": { "apiKey": "sk-very-secret" } } }\n}\n', {
    mode: 0o600,
  })
  await symlink(kept, join(folder, "opencode.json"))
  const { code, stderr } = await cli(["init", "opencode", "-s", `${world.url}/t/a-token`, "--yes"])
  expect(code).toBe(0)
  expect(stderr).not.toMatch(/sk-very-secret|a-token/)
  expect(await read(kept)).toContain(`${world.url}/t/a-token`)
  expect((await stat(kept)).mode & 0o777).toBe(0o600)
  expect((await lstat(join(folder, "opencode.json"))).isSymbolicLink()).toBe(true)
  // The token stays where nothing is said of it.
  expect((await cli(["init", "opencode", "-s", world.url, "--yes"])).stdout).toContain("already")
})

test("what is written is what was said, whatever quotes it has, and of two lines the one that counts", async () => {
  const { cli, cwd } = await createPlace()
  await writeFile(
    join(cwd, ".env"),
    "BASE_URL=https://old.example.com\n# between\nBASE_URL=https://older.example.com\n",
  )
  const password = "long-enough-ab'c\"d\\e"
  const { code, stderr } = await cli(
    [
      "init",
      "server",
      "--url",
      "https://share.example.com",
      "--set",
      "SERVER_USERNAME=team",
      "--set",
      "SERVER_PASSWORD",
      "--yes",
    ],
    `${password}\n`,
  )
  expect(code, stderr).toBe(0)
  expect(stderr).not.toContain("long-enough")
  const env = parseEnv(await read(cwd, ".env"))
  expect(env).toMatchObject({ BASE_URL: "https://share.example.com", SERVER_PASSWORD: password })
  expect(await read(cwd, ".env")).toMatch(/^# between\nBASE_URL=/)
})
