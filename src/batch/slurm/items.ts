import { malformed } from '../listing.ts';
import { Walk } from './walk.ts';

export type Item = Readonly<Record<string, unknown>>;

const LONGEST = 2 ** 24;

/**
 * The objects of a list at the top of a JSON document, one by one, as the document comes: it may be larger than what
 * can be held.
 *
 * @param source How messages name what is read: `squeue`.
 * @param name Of the list.
 * @throws {BatchError} `LISTING_MALFORMED` unless the document is complete and has that list.
 */
export async function* items(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  source: string,
  name: string,
): AsyncGenerator<Item> {
  const walk = new Walk(source, name);
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    for (;;) {
      const found = walk.next(bytes);
      if (found === undefined) break;
      yield parse(found, source);
    }
    rest = bytes.subarray(walk.used(bytes));
    if (rest.length > LONGEST) throw malformed(source, 'an endless entry');
  }
  walk.end();
}

function parse(text: string, source: string): Item {
  try {
    return JSON.parse(text) as Item;
  } catch (error) {
    throw malformed(source, `${error instanceof Error ? error.message : error}`);
  }
}
