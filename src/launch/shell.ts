/**
 * Words and bytes as a POSIX shell reads them.
 *
 * @module
 */

export { quote } from '../base/quote.ts';

/** Commands that print words, each ended by NUL. */
export function printWords(words: readonly string[]): string[] {
  return printText(words.map((word) => `${word}\0`).join(''));
}

/**
 * Commands that print a text byte by byte: printf is built in, so that nothing is too long for it, and
 * its octal escapes carry any byte.
 */
export function printText(whole: string): string[] {
  const text = [...Buffer.from(whole)].map(escapeByte);
  const lines: string[] = [];
  for (let start = 0; start < text.length; start += BYTES_A_LINE) {
    lines.push(`printf '${text.slice(start, start + BYTES_A_LINE).join('')}'`);
  }
  return lines;
}

const BYTES_A_LINE = 512;

/** Quote, dash and backslash: a format that begins with a dash would be an option. */
const SPECIAL: readonly number[] = [0x27, 0x2d, 0x5c];

function escapeByte(byte: number): string {
  if (byte === 0x25) return '%%';
  const isPlain = byte >= 0x20 && byte < 0x7f && !SPECIAL.includes(byte);
  return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
}

/** A function of this name and body; an empty body does nothing. */
export function renderFunction(name: string, body: readonly string[]): string {
  return [
    `${name}() {`,
    ...(body.length === 0 ? ['  :'] : body.map((line) => `  ${line}`)),
    '}',
  ].join('\n');
}
