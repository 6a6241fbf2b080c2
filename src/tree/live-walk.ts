import { readdirSync } from 'node:fs';
import { joinPath, toFsPath } from './byte-path.ts';
import { type Ahead, type Listed, startAhead } from './live-ahead.ts';
import { isGone, look, type Place, unreadable } from './live-entry.ts';
import type { BytePath, Entry } from './tree.ts';

export interface Walk extends Place {
  readonly skip: (path: BytePath) => boolean;
  readonly helper: URL | undefined;
}

/**
 * Every entry of a live directory, in the order of paths.
 *
 * By a stack of its own: generators inside generators would cost at every level.
 *
 * @throws {TreeError} `TREE_UNREADABLE`
 */
export function* walk(context: Walk): Generator<Entry> {
  const root = look(context, '');
  if (root === undefined) return;
  const help = helpFor(context);
  yield root;
  const stack = [listing(context, '', undefined)];
  try {
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next === top.names.length) {
        stack.pop();
        continue;
      }
      const entry = nextOf(context, top);
      if (entry === undefined) continue;
      yield entry;
      const { path, type, mounted } = entry;
      if (type === 'directory' && !mounted) stack.push(listing(context, path, help.take(path)));
    }
  } finally {
    help.stop();
  }
}

/** The entry of the next name, unless it is left out or gone. */
function nextOf(context: Walk, listing: Listing): Entry | undefined {
  const index = listing.next;
  const path = listing.prefix + listing.names[index];
  listing.next += 1;
  return context.skip(path)
    ? undefined
    : (listing.known?.entry(index, path) ?? look(context, path));
}

/** A thread costs more than a walk of so many directories. */
const WORTH_HELP = 1_024;

/** Help that comes with the first of many directories. */
function helpFor({ helper, root, device, mounts }: Walk): Ahead {
  let taken = 0;
  let ahead: Ahead | undefined;
  return {
    take(directory) {
      taken += 1;
      if (taken === WORTH_HELP && helper !== undefined)
        ahead = startAhead(helper, { root, device, mounts });
      return ahead?.take(directory);
    },
    stop: () => ahead?.stop(),
  };
}

interface Listing {
  readonly prefix: BytePath;
  readonly names: readonly string[];
  readonly known: Listed | undefined;
  next: number;
}

function listing(context: Walk, directory: BytePath, known: Listed | undefined): Listing {
  const prefix = directory === '' ? '' : `${directory}/`;
  return { prefix, names: known?.names ?? names(context, directory), known, next: 0 };
}

/** Names in byte order; a directory that vanished meanwhile is empty. */
function names({ root }: Walk, directory: BytePath): string[] {
  const path = joinPath(root, directory);
  try {
    return readdirSync(toFsPath(path), { encoding: 'latin1' }).sort();
  } catch (cause) {
    if (isGone(cause)) return [];
    throw unreadable(path, cause);
  }
}
