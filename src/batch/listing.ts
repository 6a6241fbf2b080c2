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

/** V8 copies what is shorter when it is cut out. */
const SHARED = 13;

/** A text of its own: a part of a longer one would keep all of that in memory. */
export function copyOf(text: string): string {
  return text.length < SHARED ? text : ` ${text}`.slice(1);
}

const MOST_KEPT = 20_000;

/** Keeps one copy of each text: for what comes again and again. */
export function keeper(): (text: string) => string {
  const kept = new Map<string, string>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= MOST_KEPT) kept.clear();
    const copy = copyOf(text);
    kept.set(copy, copy);
    return copy;
  };
}

/** Remembers what a text comes to: for what few texts come to, again and again. */
export function remembering<Value>(read: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as Value;
    const value = read(text);
    known.set(copyOf(text), value);
    return value;
  };
}
