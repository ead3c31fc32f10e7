import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { readEnvFile } from "./env-file.ts"

test("a file describes a storage as an environment would, and by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-env-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, "target.env")
  await writeFile(file, '# the new one\nDATABASE_URL="postgres://me:pw@db/share"\nDATA_DIR=/srv/share\n')
  expect(await readEnvFile(file)).toMatchObject({
    databaseUrl: "postgres://me:pw@db/share",
    dataDir: "/srv/share",
    s3: undefined,
  })
  await writeFile(file, "S3_BUCKET=sessions\nDATA_DIR=/srv/share")
  await expect(readEnvFile(file)).rejects.toThrow("S3_ENDPOINT: missing")
  await writeFile(file, "PORT=3000\n")
  await expect(readEnvFile(file)).rejects.toThrow("names no storage")
})
