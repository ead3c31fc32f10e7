const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/

export function isObjectKey(key: string): boolean {
  return KEY.test(key) && !key.includes("..")
}

/** Misuse, not a fault of the store: throws a TypeError. Returns the key. */
export function checkKey(key: string): string {
  if (!isObjectKey(key)) throw new TypeError(`not an object key: ${JSON.stringify(key)}`)
  return key
}
