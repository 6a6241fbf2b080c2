import { type BytePath, comparePaths, type Entry } from '../tree/tree.ts';

/** One path, in the one tree, the other, or both. */
export type Pair =
  | { readonly path: BytePath; readonly before: Entry; readonly after: Entry }
  | { readonly path: BytePath; readonly before: Entry; readonly after?: never }
  | { readonly path: BytePath; readonly before?: never; readonly after: Entry };

/** Walks two ordered listings side by side. */
export function* pairs(before: Iterable<Entry>, after: Iterable<Entry>): Generator<Pair> {
  const left = before[Symbol.iterator]();
  const right = after[Symbol.iterator]();
  let [a, b] = [next(left), next(right)];
  for (let pair = toPair(a, b); pair !== undefined; pair = toPair(a, b)) {
    yield pair;
    if (pair.before !== undefined) a = next(left);
    if (pair.after !== undefined) b = next(right);
  }
}

/** The one that comes first, or both where they are of one path. */
function toPair(before: Entry | undefined, after: Entry | undefined): Pair | undefined {
  if (after === undefined) return before === undefined ? undefined : { path: before.path, before };
  if (before === undefined) return { path: after.path, after };
  if (before.path === after.path) return { path: after.path, before, after };
  const order = comparePaths(before.path, after.path);
  return order < 0 ? { path: before.path, before } : { path: after.path, after };
}

function next(entries: Iterator<Entry>): Entry | undefined {
  const step = entries.next();
  return step.done ? undefined : step.value;
}
