import { AppPotError } from '../base/errors.ts';

class NumberError extends AppPotError<'NUMBER_MALFORMED'> {}

/** @throws {NumberError} `NUMBER_MALFORMED` when it is no whole number from 0 on. */
export function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new NumberError(`Cannot read the number "${text}": expected something like 10`, {
    kind: 'usage',
    code: 'NUMBER_MALFORMED',
  });
}
