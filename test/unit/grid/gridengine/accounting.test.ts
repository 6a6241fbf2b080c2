import { describe, expect, it } from 'vitest';
import { parseAccounting, statusOfEnding } from '../../../../src/grid/gridengine/accounting.ts';
import { sample } from '../../../kit/sample.ts';

describe('parseAccounting()', () => {
  it.each([
    ['qacct-unknown.txt', undefined],
    [
      'qacct-deleted.txt',
      { failed: 100, words: 'assumedly after job', exitStatus: 137, wallTime: 12 },
    ],
    // The last run counts, not the one that was rescheduled.
    [
      'x-qacct-rescheduled.txt',
      { failed: 100, words: 'assumedly after job', exitStatus: 137, wallTime: 2 },
    ],
  ])('%s', (file, ending) => {
    expect(parseAccounting(sample(`gridengine/${file}`))).toEqual(ending);
  });
});

describe('statusOfEnding()', () => {
  const ending = { failed: 100, words: 'assumedly after job', exitStatus: 137, wallTime: 12 };

  it('tells what ended a job', () => {
    expect(statusOfEnding(ending, undefined)).toEqual({
      state: 'failed',
      reason: 'Grid Engine ended it by signal 9 (100, assumedly after job)',
      wallTime: 12,
    });
  });

  it('knows when its time was up', () => {
    expect(statusOfEnding(ending, 12)).toMatchObject({
      state: 'failed',
      reason: 'its time was up',
    });
  });

  it('does not take a record of success for one: a lost job that is deleted has it, too', () => {
    expect(statusOfEnding({ ...ending, failed: 0, exitStatus: 0 }, undefined)).toMatchObject({
      state: 'failed',
      reason: 'Grid Engine let it go, and it left no status',
    });
  });
});
