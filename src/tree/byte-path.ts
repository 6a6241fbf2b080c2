import type { BytePath } from './tree.ts';

/** Latin-1 text, one character per byte, of a path as the program's user wrote it. */
export function toBytePath(text: string): BytePath {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** How messages and JSON show a path: UTF-8 where it is valid, other bytes and control characters escaped. */
export function showPath(path: BytePath): string {
  const text = isAscii(path) ? path : Buffer.from(path, 'latin1').toString('utf8');
  return text.includes('\uFFFD')
    ? path.replace(/[\p{Cc}\\]|\P{ASCII}/gu, escaped)
    : text.replace(/[\p{Cc}\\]/gu, escaped);
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** What Node's file calls take: text where that is exact, else bytes. */
export function toFsPath(path: BytePath): string | Buffer {
  return isAscii(path) ? path : Buffer.from(path, 'latin1');
}

/** @param root Without trailing slash; `''` is `/`. */
export function joinPath(root: BytePath, path: BytePath): BytePath {
  if (path === '') return root === '' ? '/' : root;
  return `${root}/${path}`;
}

/** Of `a/b/c`: `a/b`; of `a`: the root. */
export function parentOf(path: BytePath): BytePath {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function baseOf(path: BytePath): BytePath {
  return path.slice(path.lastIndexOf('/') + 1);
}

const NOT_ASCII = /[\u0080-\uffff]/;

function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}
