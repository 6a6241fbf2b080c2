import { malformed } from '../listing.ts';

const LONGEST = 2 ** 24;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

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
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const splitter = new Splitter(source, name);
  for await (const piece of pieces) yield* splitter.push(Buffer.from(piece));
  splitter.end();
}

class Splitter {
  readonly #source: string;
  readonly #name: string;
  /** What is not used up: from the beginning of an item, or of a key at the top. */
  #rest: Buffer = Buffer.alloc(0);
  #at = 0;
  #depth = 0;
  #isInText = false;
  #isList = false;
  #isFound = false;
  #start = -1;
  #key = '';
  #textStart = 0;

  constructor(source: string, name: string) {
    this.#source = source;
    this.#name = name;
  }

  *push(piece: Buffer): Generator<Readonly<Record<string, unknown>>> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (this.#at < bytes.length) {
      if (this.#isInText) {
        this.#text(bytes);
        continue;
      }
      const item = this.#mark(bytes, bytes[this.#at]);
      this.#at += 1;
      if (item !== undefined) yield item;
    }
    const kept = this.#start >= 0 ? this.#start : this.#isInText ? this.#textStart : this.#at;
    if (this.#at - kept > LONGEST) throw malformed(this.#source, 'an endless entry');
    this.#rest = bytes.subarray(kept);
    this.#at -= kept;
    this.#textStart -= kept;
    if (this.#start >= 0) this.#start = 0;
  }

  end(): void {
    if (this.#depth !== 0 || this.#isInText) throw malformed(this.#source, 'it ends too early');
    if (!this.#isFound) throw malformed(this.#source, `JSON without "${this.#name}"`);
  }

  /** Goes to the end of a text, or of what has come of it. */
  #text(bytes: Buffer): void {
    let end = bytes.indexOf(QUOTE, this.#at);
    while (end >= 0 && isEscaped(bytes, end)) end = bytes.indexOf(QUOTE, end + 1);
    if (end < 0) {
      this.#at = bytes.length;
      return;
    }
    if (this.#depth === 1) this.#key = bytes.toString('utf8', this.#textStart, end);
    this.#isInText = false;
    this.#at = end + 1;
  }

  #mark(bytes: Buffer, mark: number | undefined): Readonly<Record<string, unknown>> | undefined {
    if (mark === QUOTE) {
      this.#isInText = true;
      this.#textStart = this.#at + 1;
    } else if (mark === OPEN || mark === OPEN_LIST) {
      this.#open(mark);
    } else if (mark === CLOSE || mark === CLOSE_LIST) {
      return this.#close(bytes);
    }
    return undefined;
  }

  #open(mark: number): void {
    if (this.#depth === 1 && mark === OPEN_LIST && this.#key === this.#name) {
      this.#isList = true;
      this.#isFound = true;
    }
    if (this.#depth === 2 && this.#isList) this.#start = this.#at;
    this.#depth += 1;
  }

  #close(bytes: Buffer): Readonly<Record<string, unknown>> | undefined {
    this.#depth -= 1;
    if (this.#depth < 0) throw malformed(this.#source, 'a bracket too many');
    if (this.#depth === 1) this.#isList = false;
    if (this.#depth !== 2 || this.#start < 0) return undefined;
    const text = bytes.toString('utf8', this.#start, this.#at + 1);
    this.#start = -1;
    try {
      return JSON.parse(text) as Readonly<Record<string, unknown>>;
    } catch (error) {
      throw malformed(this.#source, `${error instanceof Error ? error.message : error}`);
    }
  }
}

/** An odd number of backslashes before it. */
function isEscaped(bytes: Buffer, quote: number): boolean {
  let at = quote;
  while (bytes[at - 1] === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}
