/** Numbers that look random and are the same for one seed. */
export interface Random {
  /** From 0 up to, without, 1. */
  unit(): number;
  /** A whole number from 0 up to, without, `limit`. */
  below(limit: number): number;
  one<T>(values: readonly T[]): T;
}

/** The generator mulberry32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  function unit(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number): number => Math.floor(unit() * limit);
  return {
    unit,
    below,
    one<T>(values: readonly T[]): T {
      return values[below(values.length)] as T;
    },
  };
}
