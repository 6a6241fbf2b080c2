/**
 * Values of Slurm's JSON, of 22.05 and of later versions, which wrap numbers and give states as lists.
 *
 * @module
 */

export type Row = Readonly<Record<string, unknown>>;

/** Of a number that is not set: missing, -2 or one of the largest. */
const UNSET = new Set([-2, 65_534, 4_294_967_294, 4_294_967_295, 18_446_744_073_709_552_000]);

export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return UNSET.has(value) ? undefined : value;
  if (typeof value !== 'object' || value === null || !('number' in value)) return undefined;
  const isSet = !('set' in value) || value.set === true;
  const isInfinite = 'infinite' in value && value.infinite === true;
  return isSet && !isInfinite ? numberOf(value.number) : undefined;
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Upper-case words. */
export function wordsOf(...values: readonly unknown[]): readonly string[] {
  return values
    .flat()
    .filter((value): value is string => typeof value === 'string')
    .map((value) => value.toUpperCase());
}

/** Parts of a list that is written with commas. */
export function partsOf(value: unknown): readonly string[] {
  const parts = Array.isArray(value) ? value.map(String) : textOf(value).split(',');
  return parts.map((part) => part.trim()).filter(Boolean);
}
