import { afterAll, beforeAll, expect, test } from "vitest"
import { createNativeClient } from "../native-client.ts"
import { type Cluster, createCluster } from "./cluster.ts"

const lock = { username: "team", password: "an open sesame" }
let cluster: Cluster
beforeAll(async () => {
  cluster = await createCluster({ lock, createTokens: ["a-token-of-the-team"] })
})
afterAll(() => cluster.close())

async function enter(node: 0 | 1, password: string): Promise<number> {
  const authorization = `Basic ${btoa(`${lock.username}:${password}`)}`
  return (await createNativeClient(cluster.nodes[node].url, { authorization }).call("GET", "/robots.txt"))
    .status
}

test("[W5] wrong passwords are counted on all nodes together, and not without the database", async () => {
  for (let guess = 0; guess < 20; guess++) expect(await enter(guess % 2 ? 0 : 1, "guessed")).toBe(401)
  expect([await enter(0, "guessed"), await enter(1, "guessed")]).toEqual([429, 429])
  expect([await enter(0, lock.password), await enter(1, lock.password)]).toEqual([429, 429])
})

test("[W5] while the database is away nobody guesses, and who knows the password gets in", async () => {
  const late = await createCluster({ lock, createTokens: ["a-token-of-the-team"] })
  try {
    const [{ url }] = late.nodes
    const get = async (password: string) =>
      (
        await createNativeClient(url, {
          authorization: `Basic ${btoa(`${lock.username}:${password}`)}`,
        }).call("GET", "/robots.txt")
      ).status
    await late.postgres.stop("crash")
    expect(await get("guessed")).toBe(503)
    expect(await get(lock.password)).toBe(200)
    for (let guess = 1; guess < 20; guess++) await get("guessed")
    expect(await get(lock.password)).toBe(429)
  } finally {
    await late.close()
  }
})
