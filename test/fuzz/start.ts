import { fuzz } from "./fuzz.ts"

// `npm run fuzz`. FUZZ_SEED and FUZZ_PATH play again what failed; FUZZ_REQUESTS says how many.

const { FUZZ_SEED, FUZZ_PATH, FUZZ_REQUESTS = "100000" } = process.env
const seed = FUZZ_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(FUZZ_SEED)

console.log(`seed ${seed}`)
const started = Date.now()
const { requests, statuses, heap } = await fuzz({ requests: Number(FUZZ_REQUESTS), seed, path: FUZZ_PATH })
console.log(`${requests} requests in ${Math.round((Date.now() - started) / 1000)} s`, statuses)
const MiB = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
console.log(`heap once warm ${MiB(heap.first)}, after the last ${MiB(heap.last)}`)
