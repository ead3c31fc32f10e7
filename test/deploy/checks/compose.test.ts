import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { root } from "../../../build/build.mjs"
import { claimOf, pack, wishOf } from "../../direct-client.ts"
import { itemsOf } from "../../items.ts"
import { createPostgresServer } from "../../postgres/server.ts"
import { startStrictS3 } from "../../s3/strict-s3.ts"
import { connectH2 } from "../h2-client.ts"
import { createLaidOut } from "../laid-out.ts"
import { CADDY, type Kind, NAME, SHORT_TRY, STORAGE_NAME, startProxy } from "../proxy.ts"

const TOKEN = "create-token-of-the-compose-test"
const HEADERS = { "content-type": "application/json", authorization: `Bearer ${TOKEN}` }
const { session, user, text } = itemsOf("ses_1")

/** Caddy with the two files that compose.yaml mounts. */
function composeCaddy(nodes: readonly string[], storage: string): Kind {
  return {
    ...CADDY,
    // As long as it says, it tries another node.
    changes: (place) => CADDY.changes(place).filter(([from]) => from !== SHORT_TRY),
    async start(place, mounted) {
      const { folder, certificate } = place
      const own = await readFile(join(root, "deploy/compose/Caddyfile"), "utf8")
      const trusting = own.replace(
        /^\{\$STORAGE_ADDRESS.*\{\n/m,
        `$&\ttls ${certificate.cert} ${certificate.key}\n`,
      )
      expect(trusting).not.toBe(own)
      await writeFile(join(folder, "better-share.caddy"), mounted)
      const started = await CADDY.start(place, trusting)
      const hosts = [...nodes, storage].map((url) => new URL(url).host)
      return {
        ...started,
        env: {
          ...started.env,
          SHARE_NODES: hosts.slice(0, -1).join(" "),
          STORAGE_SERVER: hosts.at(-1) ?? "",
        },
      }
    },
  }
}

test("compose's parts in the places of its containers: uploads past the nodes, and each node replaced unnoticed", async () => {
  const [laidOut, postgres, s3] = await Promise.all([
    createLaidOut(),
    createPostgresServer(),
    startStrictS3(),
  ])
  onTestFinished(async () => {
    await Promise.all([laidOut.dispose(), postgres.close(), s3.close()])
  })
  const env = {
    BASE_URL: `https://${NAME}`,
    CREATE_TOKENS: TOKEN,
    INSTANCE_KEY: "a".repeat(64),
    DATABASE_URL: await postgres.createDatabase(),
    S3_ENDPOINT: s3.endpoint,
    S3_PUBLIC_ENDPOINT: `https://${STORAGE_NAME}`,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    S3_ACCESS_KEY_ID: s3.accessKeyID,
    S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    TRUSTED_PROXIES: "127.0.0.1",
  }
  const nodes = [await laidOut.server(env), await laidOut.server(env)]
  onTestFinished(async () => {
    for (const node of nodes) await node.dispose()
  })
  // Both at once: one brings the database up to date while the other waits.
  await Promise.all(nodes.map((node) => node.start()))
  const proxy = await startProxy(
    composeCaddy(
      nodes.map(({ url }) => url),
      s3.endpoint,
    ),
    { upstream: 0 },
  )
  onTestFinished(() => proxy.dispose())
  const client = await connectH2(proxy)
  const storage = await connectH2(proxy, { name: STORAGE_NAME })
  onTestFinished(() => {
    client.close()
    storage.close()
  })

  async function post(path: string, body: unknown, headers: Record<string, string> = HEADERS) {
    const answer = await client.call(path, { method: "POST", headers, body: JSON.stringify(body) })
    expect(answer.status, answer.text).toBe(200)
    return JSON.parse(answer.text)
  }

  const packed = pack([session(), user("msg_1"), text("msg_1", "prt_1", "hello")])
  const { shareId, secret, tickets } = await post("/api/share/presign", {
    sessionId: "ses_1",
    tickets: [wishOf(packed)],
  })
  const [ticket] = tickets
  const { origin, pathname, search } = new URL(ticket.url)
  expect(origin).toBe(`https://${STORAGE_NAME}`)
  const put = await storage.call(pathname + search, {
    method: "PUT",
    headers: ticket.headers,
    body: packed.body,
  })
  expect(put.status, put.text).toBe(200)
  // Nothing there is for reading, not even for whoever has an address that was signed.
  for (const path of [pathname + search, "/"]) {
    const { status, text } = await storage.call(path)
    // Empty: refused by Caddy, and not asked of the storage.
    expect([status, text]).toEqual([403, ""])
  }
  const commit = { commit: { segments: [claimOf(ticket, packed)] } }
  await post(`/api/share/${shareId}/presign`, commit, {
    "content-type": "application/json",
    "x-share-secret": secret,
  })

  for (const node of nodes) {
    let isReplaced = false
    const replaced = node
      .kill("SIGTERM")
      .then(() => node.start())
      .then(() => {
        isReplaced = true
      })
    while (!isReplaced) {
      const page = await client.call(`/share/${shareId}`)
      expect(page.status, page.text).toBe(200)
    }
    await replaced
  }
})
