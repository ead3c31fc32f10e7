import { watchReading } from "./reading.ts"
import { watchTarget } from "./reveal.ts"
import { settlePage } from "./settle.ts"
import { watchPacked } from "./unpack.ts"

/** The script of a share that was saved as a file: all that needs no server. */
function start(): void {
  watchPacked()
  watchTarget()
  settlePage()
  watchReading()
}

start()
