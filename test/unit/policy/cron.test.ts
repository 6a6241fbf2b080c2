import { describe, expect, it } from 'vitest';
import { cron } from '../../../src/policy/cron.ts';

const at = (iso: string) => Date.parse(iso) / 1_000;

describe('cron()', () => {
  it.for([
    ['* * * * *', '2026-03-04T05:06:07Z', true],
    ['6 5 4 3 *', '2026-03-04T05:06:07Z', true],
    ['*/2 * * * *', '2026-03-04T05:06:00Z', true],
    ['1-59/2 * * * *', '2026-03-04T05:06:00Z', false],
    ['* 8-17 * * 1-5', '2026-03-04T17:59:59Z', true],
    ['* 8-17 * * 1-5', '2026-03-04T18:00:00Z', false],
    ['* 8-17 * * 1-5', '2026-03-07T12:00:00Z', false],
    ['* * * * 7', '2026-03-08T12:00:00Z', true],
    ['* * * * 0,6', '2026-03-08T12:00:00Z', true],
    ['* * 1 * 1', '2026-03-02T00:00:00Z', true],
    ['* * 1 * 1', '2026-03-01T00:00:00Z', true],
    ['* * 1 * 1', '2026-03-03T00:00:00Z', false],
  ] as const)('%s holds at %s: %s', ([text, iso, expected]) => {
    expect(cron(text)?.(at(iso))).toBe(expected);
  });

  it('reads the clock of a time zone, in summer and winter', () => {
    const noon = cron('* 12 * * *', 'Europe/Zurich');
    expect(noon?.(at('2026-07-01T10:30:00Z'))).toBe(true);
    expect(noon?.(at('2026-01-01T11:30:00Z'))).toBe(true);
    expect(noon?.(at('2026-01-01T10:30:00Z'))).toBe(false);
  });

  it.for(['', '* * * *', '60 * * * *', '* 5-3 * * *', '** * * * *', '*/0 * * * *', 'a * * * *'])(
    'refuses "%s"',
    (text) => {
      expect(cron(text)).toBeUndefined();
      expect(cron('* * * * *', 'Nowhere/Land')).toBeUndefined();
    },
  );
});
