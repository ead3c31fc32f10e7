/**
 * What follows from an item's data alone, kept for as long as the data is there: an item that changes comes as another
 * object, so nothing can be out of date. Each commit draws the whole outline anew, most of it from what did not change.
 */
export function remember<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, { value: Value }>()
  return (key) => {
    const found = known.get(key)
    if (found) return found.value
    const value = make(key)
    known.set(key, { value })
    return value
  }
}
