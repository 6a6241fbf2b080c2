import type { ReadBase } from '../image/base.ts';
import { ImageError } from '../image/errors.ts';
import type { RunInGuest } from '../image/run-step.ts';

export const runInGuest: RunInGuest = () => Promise.reject(absent('a launcher'));

export const readBase: ReadBase = () => Promise.reject(absent('a reader of images'));

function absent(what: string): ImageError {
  return new ImageError(`Cannot build an image: no ${what}`, {
    kind: 'missing',
    code: 'PROGRAM_MISSING',
  });
}
