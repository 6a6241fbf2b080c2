import { baseOf, parentOf } from '../tree/byte-path.ts';
import type { BytePath } from '../tree/tree.ts';

/**
 * Names inside a bundle. `.wh.NAME` says that NAME is gone (OCI image layer specification,
 * "Whiteouts"), so a real `.wh.…` becomes `.%wh.…`, a real `.%wh.…` becomes `.%%wh.…`, and so on.
 *
 * @module
 */

/** First member of a bundle: what a shell needs to merge it. Layer tools ignore the name. */
export const NOTE_NAME = '.wh..wh.apppot';

const WHITEOUT = '.wh.';

export function toMemberName(path: BytePath): BytePath {
  return needsEscape(path) ? path.replace(/(?<=^|\/)\.(?=%*wh\.)/g, '.%') : path;
}

export function fromMemberName(name: BytePath): BytePath {
  return name.includes('.%') ? name.replace(/(?<=^|\/)\.%(?=%*wh\.)/g, '.') : name;
}

/** Whether any part of a path is written differently in a bundle. */
export function needsEscape(path: BytePath): boolean {
  return path.includes('wh.') && /(?:^|\/)\.%*wh\./.test(path);
}

export function toWhiteout(path: BytePath): BytePath {
  const name = toMemberName(path);
  const parent = parentOf(name);
  return `${parent === '' ? '' : `${parent}/`}${WHITEOUT}${baseOf(name)}`;
}

/** @returns the path that a whiteout removes; undefined for any other name. */
export function fromWhiteout(name: BytePath): BytePath | undefined {
  const base = baseOf(name);
  if (!base.startsWith(WHITEOUT)) return undefined;
  return fromMemberName(name.slice(0, name.length - base.length) + base.slice(WHITEOUT.length));
}
