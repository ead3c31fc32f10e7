import { StorageError } from "../../shares/ports.ts"

type Store = Record<string, (...args: never[]) => Promise<unknown>>

/**
 * The store with a border around each of its methods: whatever the database throws leaves as a StorageError that
 * names the method.
 */
export function guarded<S extends { [K in keyof S]: Store[string] }>(
  store: S,
  {
    room = "meta",
    isRetryable,
  }: {
    /** Stands before the methods' names; `meta` unless told. */
    room?: string
    isRetryable: (error: unknown) => boolean
  },
): S {
  const methods = Object.entries<Store[string]>(store).map(([name, method]) => [
    name,
    async (...args: never[]) => {
      try {
        return await method(...args)
      } catch (cause) {
        throw new StorageError(`${room}.${name}`, { retryable: isRetryable(cause), cause })
      }
    },
  ])
  return Object.fromEntries(methods) as S
}
