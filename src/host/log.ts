import { type DestinationStream, destination, pino } from "pino"
import type { Log } from "../shares/ports.ts"
import type { LogLevel } from "./config.ts"

/** JSON lines, on standard output unless another stream is given. */
export function createLog(
  level: LogLevel,
  stream: DestinationStream = destination({ fd: 1, sync: true }),
): Log {
  return pino({ level, base: null }, stream)
}
