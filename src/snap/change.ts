import type { BytePath, Entry } from '../tree/tree.ts';

/**
 * One difference between a base and what became of it. A removed directory is one change, the rest
 * is implied; a path that became something of another type is a deletion followed by an addition.
 */
export type Change =
  | { readonly kind: 'add'; readonly path: BytePath; readonly after: Entry }
  | {
      readonly kind: 'modify';
      readonly path: BytePath;
      readonly before: Entry;
      readonly after: Entry;
    }
  | { readonly kind: 'delete'; readonly path: BytePath; readonly before: Entry };

/** What became of a tree. */
export interface Difference {
  /** In the order of paths; a deletion before an addition of the same path. */
  readonly changes: readonly Change[];
  /** Directories that hold a change and are none: merging it would leave them another mtime. */
  readonly holders: readonly Entry[];
}

export interface ChangeCounts {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

export function countChanges(changes: readonly Change[]): ChangeCounts {
  const count = (kind: Change['kind']): number =>
    changes.filter((change) => change.kind === kind).length;
  return { added: count('add'), modified: count('modify'), deleted: count('delete') };
}
