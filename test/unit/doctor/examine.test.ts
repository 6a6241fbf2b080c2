import { describe, expect, it } from 'vitest';
import { type Check, ok, warn } from '../../../src/doctor/check.ts';
import { examine } from '../../../src/doctor/examine.ts';
import { renderReport } from '../../../src/doctor/render.ts';
import { LaunchError } from '../../../src/launch/launch.ts';
import { placeWith } from '../../kit/doctor-place.ts';

function check(id: string, look: Check['look']): Check {
  return { id, group: 'kernel', title: id, look };
}

const broken = check('broken', () => {
  throw new LaunchError('Cannot do it', { kind: 'missing', code: 'KERNEL_MISSING', hint: 'Try.' });
});

describe('examine()', () => {
  it('turns failures into lines, and leaves out what has nothing to say', async () => {
    const silent = check('silent', () => undefined);
    const fine = check('fine', () => ok('well'));
    const report = await examine(placeWith({}), [fine, silent, broken]);
    const place = { group: 'kernel' };
    expect(report).toEqual({
      usable: false,
      lines: [
        { ...place, id: 'fine', title: 'fine', verdict: 'ok', found: 'well' },
        {
          ...place,
          id: 'broken',
          title: 'broken',
          verdict: 'fail',
          found: 'Cannot do it',
          remedy: 'Try.',
        },
      ],
    });
  });

  it('does not wait for what hangs', async () => {
    const hanging = check('hanging', () => new Promise(() => undefined));
    const { lines, usable } = await examine(placeWith({}), [hanging], [], 0.01);
    expect(usable).toBe(false);
    expect(lines[0]?.found).toBe('no answer in time');
  });

  it('lets a bug be one', async () => {
    const bug = check('bug', () => {
      throw new TypeError('oops');
    });
    await expect(examine(placeWith({}), [bug])).rejects.toThrow(TypeError);
  });
});

describe('renderReport()', () => {
  it('prints a line each, with the remedy below', async () => {
    const slow = check('slow', () => warn('it is slow', 'Wait.'));
    const report = await examine(placeWith({}), [check('fine', () => ok('well')), slow, broken]);
    expect(renderReport(report, false)).toBe(
      [
        'kernel',
        '  ok    fine                 well',
        '  warn  slow                 it is slow',
        '        -> Wait.',
        '  fail  broken               Cannot do it',
        '        -> Try.',
        '',
        'Guests cannot run here: 1 ok, 1 warnings, 1 failures.',
      ].join('\n'),
    );
    expect(renderReport(report, true)).not.toContain('fine');
  });
});
