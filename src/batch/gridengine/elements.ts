import { copyOf, malformed } from '../listing.ts';

/** What is heard of an XML document, in its order. */
export interface ElementSink {
  /** An element that contains others. */
  open(name: string, attributes: string): void;
  /**
   * An element that contains text, or nothing.
   *
   * @param attributes As written: `name="smp"`.
   * @param text With references resolved; good until this returns, it is part of a longer text.
   */
  leaf(name: string, attributes: string, text: string): void;
  close(name: string): void;
}

const LONGEST = 2 ** 20;
const NAMES = 1_024;
const SLASH = 47;
const CLOSING = 62;
const QUESTION = 63;
const SPACE = 32;

/**
 * Reads the XML that Grid Engine prints, as it comes: tags, attributes without `>`, text. What it never prints, such as
 * comments, sections, text beside elements or self-closing tags, is refused. `docs/decisions` tells why a general parser
 * is not used.
 */
export class Elements {
  readonly #source: string;
  readonly #sink: ElementSink;
  readonly #path: string[] = [];
  readonly #names = new Array<string | undefined>(NAMES).fill(undefined);
  #rest = '';
  #passed = 0;
  #roots = 0;

  /** @param source How messages name what is read: `qstat`. */
  constructor(source: string, sink: ElementSink) {
    this.#source = source;
    this.#sink = sink;
  }

  /**
   * @param piece The next part of the document, cut anywhere.
   * @throws {BatchError} `LISTING_MALFORMED`
   */
  push(piece: string): void {
    const text = this.#rest + piece;
    let at = 0;
    for (;;) {
      const tag = this.#blank(text, at);
      const next = tag < text.length ? this.#tag(text, tag) : -1;
      at = next < 0 ? tag : next;
      if (next < 0) break;
    }
    this.#rest = text.slice(at);
    this.#passed += at;
    if (this.#rest.length > LONGEST) throw this.#fault('an endless element', 0);
  }

  /** @throws {BatchError} `LISTING_MALFORMED` unless the document is complete. */
  end(): void {
    const open = this.#path.at(-1);
    if (open !== undefined) throw this.#fault(`it ends within <${open}>`, 0);
    if (this.#roots === 0 || this.#rest !== '') throw this.#fault('it ends too early', 0);
  }

  /** Where the next tag begins. */
  #blank(text: string, from: number): number {
    let at = from;
    while (at < text.length && text.charCodeAt(at) <= SPACE) at += 1;
    if (at < text.length && text[at] !== '<') throw this.#fault('text beside elements', at);
    return at;
  }

  /** Reads a tag, or all of a leaf; says where it ends, or -1 when it has not come yet. */
  #tag(text: string, at: number): number {
    const end = text.indexOf('>', at);
    if (end < 0) return -1;
    const mark = text.charCodeAt(at + 1);
    if (mark === SLASH) return this.#close(text, at, end);
    if (mark === QUESTION) return end + 1;
    const after = text.indexOf('<', end);
    if (after < 0) return -1;
    let nameEnd = at + 1;
    while (nameEnd < end && text.charCodeAt(nameEnd) !== SPACE) nameEnd += 1;
    const name = this.#name(text, at + 1, nameEnd);
    const attributes = nameEnd === end ? '' : text.slice(nameEnd + 1, end).trimStart();
    const closing = after + name.length + 2;
    if (text.length <= closing) return -1;
    if (this.#path.length === 0) this.#root(at);
    if (text.charCodeAt(after + 1) !== SLASH) {
      this.#path.push(name);
      this.#sink.open(name, attributes);
      return end + 1;
    }
    if (!text.startsWith(name, after + 2) || text.charCodeAt(closing) !== CLOSING) {
      throw this.#fault(`<${name}> is not closed`, after);
    }
    this.#sink.leaf(name, attributes, resolved(text.slice(end + 1, after)));
    return closing + 1;
  }

  #close(text: string, at: number, end: number): number {
    const name = this.#path.pop();
    if (name === undefined || text.slice(at + 2, end) !== name) {
      throw this.#fault(`</${text.slice(at + 2, end)}> closes what is not open`, at);
    }
    this.#sink.close(name);
    return end + 1;
  }

  /** The same text each time a name comes: that costs less than to cut it out. */
  #name(text: string, start: number, end: number): string {
    const length = end - start;
    const key = (length * 37 + text.charCodeAt(start) * 5 + text.charCodeAt(end - 1)) % NAMES;
    const known = this.#names[key];
    if (known?.length === length && text.startsWith(known, start)) return known;
    const name = copyOf(text.slice(start, end));
    this.#names[key] = name;
    return name;
  }

  #root(at: number): void {
    this.#roots += 1;
    if (this.#roots > 1) throw this.#fault('a second document', at);
  }

  #fault(reason: string, at: number): Error {
    return malformed(this.#source, `${reason} (character ${this.#passed + at + 1})`);
  }
}

const REFERENCES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

function resolved(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(?<code>\d+)|(?<name>\w+));/g, (all, code, name) =>
    code === undefined ? (REFERENCES[name] ?? all) : String.fromCodePoint(Number(code)),
  );
}
