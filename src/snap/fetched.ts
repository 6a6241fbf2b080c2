import type { Entry, Tree } from '../tree/tree.ts';
import type { Pair } from './pairs.ts';

/** To ask for the extended attributes of one file takes a program; of so many, too. */
const AT_ONCE = 4_096;

/**
 * The pairs as they come; what will be asked about them is asked for many at a time. None waits that
 * does not come after one to ask about: pairs that wait cost memory and time.
 *
 * @param asks Whether more than attributes of two entries of one path and type is compared.
 */
export function* fetched(
  walk: Iterable<Pair>,
  before: Tree,
  after: Tree,
  asks: (before: Entry, after: Entry) => boolean,
): Generator<Pair> {
  let waiting: Pair[] = [];
  function fetch(): readonly Pair[] {
    const pairs = waiting;
    const asked = pairs.filter((pair) => isAsked(pair, asks));
    before.prefetch?.(asked.flatMap((pair) => pair.before ?? []));
    after.prefetch?.(asked.flatMap((pair) => pair.after ?? []));
    waiting = [];
    return pairs;
  }
  for (const pair of walk) {
    if (waiting.length === 0 && !isAsked(pair, asks)) {
      yield pair;
      continue;
    }
    waiting.push(pair);
    if (waiting.length === AT_ONCE) yield* fetch();
  }
  yield* fetch();
}

function isAsked({ before, after }: Pair, asks: (before: Entry, after: Entry) => boolean): boolean {
  return (
    before !== undefined && after !== undefined && before.type === after.type && asks(before, after)
  );
}
