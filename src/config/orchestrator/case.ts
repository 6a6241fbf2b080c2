/**
 * Names of settings: `max-nodes` in a YAML file is `maxNodes` in TypeScript.
 *
 * @module
 */

import { isPolicy } from './policies.ts';

export type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<Camel<Rest>>}`
  : Name;

// biome-ignore lint/suspicious/noExplicitAny: any function is left as it is.
type Opaque = ((...given: any[]) => unknown) | string | number | boolean | undefined;

export type CamelKeys<T> = T extends Opaque
  ? T
  : T extends readonly (infer Item)[]
    ? readonly CamelKeys<Item>[]
    : { readonly [Key in keyof T as Key extends string ? Camel<Key> : Key]: CamelKeys<T[Key]> };

/** Below these the keys are names of the user's, not of settings. */
const NAMES: ReadonlySet<string> = new Set(['machines', 'custom']);

export function camelKeys(value: unknown): unknown {
  return renamed(value, toCamel);
}

export function kebabKeys(value: unknown): unknown {
  return renamed(value, toKebab);
}

export function toCamel(name: string): string {
  return name.replace(/-(?<letter>[a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function toKebab(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null || isPolicy(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      rename(name),
      NAMES.has(name) ? item : renamed(item, rename),
    ]),
  );
}
