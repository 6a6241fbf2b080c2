import { unescapeOctal } from './mounts.ts';
import type { BytePath, Xattrs } from './tree.ts';

/**
 * Reads what `getfattr --dump --encoding=hex ./PATH …` prints, each byte one character.
 *
 * Names are escaped in octal (newline, carriage return, backslash, in attribute names also `=`).
 * Source: getfattr(1), setfattr(1) `--restore`.
 */
export function parseXattrDump(text: string): ReadonlyMap<BytePath, Xattrs> {
  const files = new Map<BytePath, Map<string, Uint8Array>>();
  let current = new Map<string, Uint8Array>();
  for (const line of text.split('\n')) {
    if (line.startsWith(FILE)) {
      current = new Map();
      files.set(toPath(line.slice(FILE.length)), current);
    } else if (line !== '') {
      const { name, value } = parseAttribute(line);
      current.set(name, value);
    }
  }
  return files;
}

const FILE = '# file: ';

function toPath(quoted: string): BytePath {
  return unescapeOctal(quoted).replace(/^\.\/?/, '');
}

/** `NAME=0xHEX`, `NAME=""` or, without a value, `NAME`. */
function parseAttribute(line: string): { name: string; value: Uint8Array } {
  const [name = '', hex = ''] = line.split(/=(?:0x|"")?/, 2);
  return { name: unescapeOctal(name), value: Buffer.from(hex, 'hex') };
}
