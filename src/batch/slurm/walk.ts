import { malformed } from '../listing.ts';

const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;

/**
 * Walks through a JSON document that comes in pieces, and cuts out the objects of a list at its top. Slurm indents what it
 * prints: the end of such an object is found at once, by its indentation, since no text contains a newline.
 */
export class Walk {
  readonly #source: string;
  readonly #name: string;
  /** Places in what has been given last. */
  #at = 0;
  #start = -1;
  #textStart = -1;
  #depth = 0;
  #isList = false;
  #isFound = false;
  #key = '';

  constructor(source: string, name: string) {
    this.#source = source;
    this.#name = name;
  }

  /** The text of the next object, or undefined when more bytes are needed. */
  next(bytes: Buffer): string | undefined {
    while (this.#at < bytes.length) {
      if (this.#textStart >= 0) {
        if (!this.#text(bytes)) return undefined;
      } else {
        const found = this.#mark(bytes, bytes[this.#at] ?? 0);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #mark(bytes: Buffer, mark: number): string | undefined {
    this.#at += 1;
    if (mark === QUOTE) this.#textStart = this.#at;
    else if (mark === OPEN || mark === OPEN_LIST) this.#open(bytes, mark);
    else if (mark === CLOSE || mark === CLOSE_LIST) return this.#close(bytes);
    return undefined;
  }

  /** How many bytes are not needed again: the others must come before those that follow. */
  used(bytes: Buffer): number {
    const places = [this.#start, this.#textStart, Math.min(this.#at, bytes.length)];
    const used = Math.min(...places.filter((place) => place >= 0));
    this.#at -= used;
    if (this.#start >= 0) this.#start -= used;
    if (this.#textStart >= 0) this.#textStart -= used;
    return used;
  }

  end(): void {
    if (this.#depth !== 0 || this.#textStart >= 0) {
      throw malformed(this.#source, 'it ends too early');
    }
    if (!this.#isFound) throw malformed(this.#source, `JSON without "${this.#name}"`);
  }

  /** Goes to the end of a text; false when that has not come. */
  #text(bytes: Buffer): boolean {
    let end = bytes.indexOf(QUOTE, this.#at);
    while (end >= 0 && isEscaped(bytes, end, this.#textStart)) end = bytes.indexOf(QUOTE, end + 1);
    this.#at = end < 0 ? bytes.length : end + 1;
    if (end < 0) return false;
    if (this.#depth === 1) this.#key = bytes.toString('utf8', this.#textStart, end);
    this.#textStart = -1;
    return true;
  }

  #open(bytes: Buffer, mark: number): void {
    if (this.#depth === 1 && mark === OPEN_LIST && this.#key === this.#name) {
      this.#isList = true;
      this.#isFound = true;
    }
    if (this.#depth === 2 && this.#isList) {
      this.#start = this.#at - 1;
      this.#at = indentedEnd(bytes, this.#start) ?? this.#at;
    }
    this.#depth += 1;
  }

  #close(bytes: Buffer): string | undefined {
    this.#depth -= 1;
    if (this.#depth < 0) throw malformed(this.#source, 'a bracket too many');
    if (this.#depth === 1) this.#isList = false;
    if (this.#depth !== 2 || this.#start < 0) return undefined;
    const text = bytes.toString('utf8', this.#start, this.#at);
    this.#start = -1;
    return text;
  }
}

/** Where the bracket is that ends the object that begins there: alone in its line, as far from the left as that line. */
function indentedEnd(bytes: Buffer, start: number): number | undefined {
  let line = start;
  while (bytes[line - 1] === SPACE) line -= 1;
  if (bytes[line - 1] !== NEWLINE || bytes[start + 1] !== NEWLINE) return undefined;
  const end = bytes.indexOf(`\n${' '.repeat(start - line)}}`, start);
  return end < 0 ? undefined : end + 1 + start - line;
}

/** An odd number of backslashes before it. */
function isEscaped(bytes: Buffer, quote: number, from: number): boolean {
  let at = quote;
  while (at > from && bytes[at - 1] === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 1;
}
