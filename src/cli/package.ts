import { resolve } from 'node:path';

/** The program's package: the same from `src` and from `dist`. */
export const PACKAGE_ROOT = resolve(import.meta.dirname, '../..');
