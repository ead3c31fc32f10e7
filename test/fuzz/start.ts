import { fuzz } from "./fuzz.ts"

// `npm run fuzz`. FUZZ_SEED and FUZZ_PATH play again what failed; FUZZ_REQUESTS says how many.

/** What the server keeps at hand fills for a while. Bytes. */
const MOST_GROWTH = 32 * 2 ** 20

const { FUZZ_SEED, FUZZ_PATH, FUZZ_REQUESTS = "100000" } = process.env
const seed = FUZZ_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(FUZZ_SEED)

console.log(`seed ${seed}`)
const started = Date.now()
const { requests, statuses, heap } = await fuzz({ requests: Number(FUZZ_REQUESTS), seed, path: FUZZ_PATH })
console.log(`${requests} requests in ${Math.round((Date.now() - started) / 1000)} s`, statuses)
const MiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
console.log(`heap once warm ${MiB(heap.first)}, after the last ${MiB(heap.last)}`)
if (heap.last - heap.first > MOST_GROWTH) {
  console.error(`It has grown by more than ${MiB(MOST_GROWTH)}: something is kept of each request.`)
  process.exitCode = 1
}
