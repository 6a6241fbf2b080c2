/**
 * Remembers what `load` gave for the last `most` numbers that were new, and forgets older ones.
 */
export function boundedCache<T>(most: number, load: (key: number) => T): (key: number) => T {
  const kept = new Map<number, T>();
  let lastKey: number | undefined;
  let last: T | undefined;
  return (key) => {
    if (key === lastKey) return last as T;
    let value = kept.get(key);
    if (value === undefined) {
      if (kept.size >= most) kept.delete(kept.keys().next().value as number);
      value = load(key);
      kept.set(key, value);
    }
    lastKey = key;
    last = value;
    return value;
  };
}
