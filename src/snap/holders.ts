import { parentOf } from '../tree/byte-path.ts';
import { type BytePath, comparePaths, type Entry } from '../tree/tree.ts';
import type { Change } from './change.ts';
import type { Pair } from './pairs.ts';

/** Finds {@link Difference.holders} while two trees are walked in order. */
export interface Holders {
  note(pair: Pair, changed: boolean): void;
  /** @param lookup Finds directories that the walk did not come by. */
  of(changes: readonly Change[], lookup?: (path: BytePath) => Entry | undefined): readonly Entry[];
}

export function holders(): Holders {
  /** Directories of the later tree from the root down to where the walk is. */
  const chain: Entry[] = [];
  const noted = new Map<BytePath, Entry>();
  function ascendTo(directory: BytePath): Entry | undefined {
    while (chain.length > 0 && !isWithin(directory, chain.at(-1)?.path ?? '')) chain.pop();
    const top = chain.at(-1);
    return top?.path === directory ? top : undefined;
  }
  return {
    note({ path, after }, changed) {
      const parent = path === '' ? undefined : ascendTo(parentOf(path));
      // A hard link may become a change later, when its group does.
      const wanted = changed || (after !== undefined && after.nlink > 1 && !isDirectory(after));
      if (wanted && parent !== undefined) noted.set(parent.path, parent);
      if (after !== undefined && isDirectory(after)) chain.push(after);
    },
    of(changes, lookup = () => undefined) {
      const put = new Set(changes.filter(({ kind }) => kind !== 'delete').map(({ path }) => path));
      const wanted = new Set(
        changes.filter(({ path }) => path !== '').map(({ path }) => parentOf(path)),
      );
      return [...wanted]
        .filter((path) => !put.has(path))
        .flatMap((path) => noted.get(path) ?? lookup(path) ?? [])
        .sort((a, b) => comparePaths(a.path, b.path));
    },
  };
}

function isDirectory({ type }: Entry): boolean {
  return type === 'directory';
}

function isWithin(path: BytePath, directory: BytePath): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}
