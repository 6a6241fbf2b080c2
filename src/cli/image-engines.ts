import type { ReadBase } from '../image/base.ts';
import { ImageError } from '../image/errors.ts';

export const readBase: ReadBase = () =>
  Promise.reject(
    new ImageError('Cannot build an image: no reader', {
      kind: 'missing',
      code: 'PROGRAM_MISSING',
    }),
  );
