import type { BlobStore, MetaStore } from "../../src/shares/ports.ts"

export interface CrashPoint {
  meta: MetaStore
  blobs: BlobStore
  /** Calls that were made so far, such as `blobs.put`. */
  readonly calls: readonly string[]
  readonly crashed: boolean
}

/**
 * Ports of a process that dies just before its nth call (from 1), which is as good as just behind the one before it:
 * that call and all later ones reach no store, so whatever the process still does changes nothing.
 */
export function createCrashPoint(
  ports: { meta: MetaStore; blobs: BlobStore },
  dieBefore = Number.POSITIVE_INFINITY,
): CrashPoint {
  const calls: string[] = []

  function mortal<S extends object>(store: S, room: string): S {
    return new Proxy(store, {
      get(target, op: keyof S & string) {
        const method = target[op]
        if (typeof method !== "function") return method
        return (...args: unknown[]) => {
          if (calls.length + 1 >= dieBefore) throw new Error("the process is dead")
          calls.push(`${room}.${op}`)
          return method.apply(target, args)
        }
      },
    })
  }

  return {
    meta: mortal(ports.meta, "meta"),
    blobs: mortal(ports.blobs, "blobs"),
    calls,
    get crashed() {
      return calls.length + 1 >= dieBefore
    },
  }
}
