import { BatchError } from './batch.ts';

/** A listing that is cut, or not what the program of that name prints. */
export function malformed(source: string, reason: string): BatchError {
  return new BatchError(`Cannot read what ${source} prints: ${reason}`, {
    kind: 'remote',
    code: 'LISTING_MALFORMED',
  });
}

/** Text as it comes in UTF-8, in pieces that never cut a character. */
export async function* texts(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/**
 * Keeps one copy of each text, and nothing else: a part of a longer text would keep all of that in memory.
 */
export function keeper(): (text: string) => string {
  const kept = new Map<string, string>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const copy = Buffer.from(text).toString();
    kept.set(copy, copy);
    return copy;
  };
}
