// Loaded into the server before anything else (`--import`): says on a socket of its own what the heap comes to once
// everything that is not needed has been collected. The server itself knows nothing of it.
import { createServer } from "node:http"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { isMainThread } from "node:worker_threads"

setFlagsFromString("--expose-gc")
const collect = runInNewContext("gc")
const door = createServer((_, response) => {
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  response.end(JSON.stringify({ heapUsed, external }))
})
// Threads load this too.
if (isMainThread) door.listen(Number(process.env.HEAP_PORT), "127.0.0.1").unref()
