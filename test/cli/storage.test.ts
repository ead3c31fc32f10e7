import { readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { createWorld, filesBelow } from "../world.ts"
import { createCli } from "./cli.ts"
import { createPlace, elsewhere, exported, type Place } from "./place.ts"

/** Where the server runs, with its settings. */
function serverCli({ cwd, env }: Place, settings: Record<string, string>) {
  return createCli({ cwd, env: { HOME: cwd, PATH: env.PATH ?? "", ...settings } })
}

async function shareOne({ cli }: Place): Promise<string> {
  const { stdout } = await cli(["share", "-", "--json"], JSON.stringify(exported("ses_one", ["Hello"])))
  return JSON.parse(stdout).url
}

test("a backup of a running server is a folder that another one starts on, and is restored into an empty one", async () => {
  const place = await createPlace()
  const path = new URL(await shareOne(place)).pathname
  const server = serverCli(place, { DATA_DIR: place.world.dataDir })
  const backup = await server(["backup", "saved", "--json"])
  expect(backup.code, backup.stderr).toBe(0)
  expect(JSON.parse(backup.stdout)).toMatchObject({ copied: 1, faults: 0, resumed: false })

  const restored = serverCli(place, { DATA_DIR: join(place.cwd, "restored") })
  const { code, stdout, stderr } = await restored(["restore", "saved"])
  expect(code, stderr).toBe(0)
  expect(stdout).toContain("1 object")
  const world = await createWorld({ dataDir: join(place.cwd, "restored") })
  onTestFinished(() => world.close())
  expect(await (await fetch(`${world.url}${path}.txt`)).text()).toContain("Hello")
  // Into what holds something already, nothing is restored.
  await world.stop()
  expect(await restored(["restore", "saved"])).toMatchObject({ code: 1, stdout: "" })
})

test("check finds what is lost, and mends what loses nothing", async () => {
  const place = await createPlace()
  await shareOne(place)
  const server = serverCli(place, { DATA_DIR: place.world.dataDir })
  expect(await server(["check"])).toMatchObject({ code: 0, stdout: expect.stringContaining("0 findings") })
  const objects = await filesBelow(join(place.world.dataDir, "objects"))
  for (const object of objects) await rm(object)
  const { code, stdout } = await server(["check", "--repair", "--json"])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ findings: 1, mended: 0, found: [{ kind: "lost" }] })
})

test("a stopped server moves to PostgreSQL and S3 with one command", async () => {
  const place = await createPlace()
  const path = new URL(await shareOne(place)).pathname
  const { s3, settings: target } = await elsewhere()
  await writeFile(
    join(place.cwd, "target.env"),
    Object.entries(target)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  )
  const server = serverCli(place, { DATA_DIR: place.world.dataDir })
  // It runs still.
  expect(await server(["move", "--to-env", "target.env"])).toMatchObject({ code: 1, stdout: "" })
  await place.world.stop()
  const moved = await server(["move", "--to-env", "target.env", "--json"])
  expect(moved.code, moved.stderr).toBe(0)
  expect(s3.keys()).toHaveLength(1)
  expect(await serverCli(place, target)(["check", "--json"])).toMatchObject({ code: 0 })
  expect(path).toMatch(/^\/share\//)
  expect(await server(["move", "--to-env", "nowhere.env"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("nowhere.env"),
  })
}, 60_000)

test("shares of another server are adopted by the rows and objects that it kept", async () => {
  const place = await createPlace()
  const server = serverCli(place, { DATA_DIR: place.world.dataDir })
  await writeFile(
    join(place.cwd, "shares.csv"),
    "share_id,session_id,secret,created_at\noldShare1,ses_one,s3cret,1700000000\n",
  )
  const { code, stdout } = await server(["adopt", "--from", "shares.csv", "--json"])
  // Its object is not there.
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ adopted: 0, refused: 1, refusals: [{ shareID: "oldShare1" }] })
  expect((await readdir(place.cwd)).includes("shares.csv")).toBe(true)
})
