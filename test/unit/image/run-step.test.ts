import { describe, expect, it } from 'vitest';
import { type RunInGuest, runStep } from '../../../src/image/run-step.ts';

function guest(status: number, printed: readonly string[] = []): RunInGuest {
  return (_image, _script, { onLine }) => {
    printed.forEach(onLine);
    return Promise.resolve({ status });
  };
}

describe('runStep()', () => {
  it('gives the guest a script that ends at the first failure', async () => {
    const given: string[] = [];
    const listening: RunInGuest = (image, script) => {
      given.push(image, script);
      return Promise.resolve({ status: 0 });
    };
    await runStep(listening, '/a.img', { script: 'one\ntwo\n\n', number: 1 });
    expect(given).toEqual(['/a.img', 'set -e\none\ntwo\n']);
  });

  it('shows the last lines of a step that failed', async () => {
    const printed = Array.from({ length: 12 }, (_, i) => `line ${i}`);
    await expect(
      runStep(guest(3, printed), '/a.img', { script: 'x', number: 2 }),
    ).rejects.toMatchObject({
      message: 'Cannot run step 2 of the recipe: it ended with status 3',
      hint: `Its last lines:\n    ${printed.slice(2).join('\n    ')}`,
      code: 'STEP_FAILED',
      kind: 'remote',
    });
  });

  it('says so when a failing step printed nothing', async () => {
    await expect(runStep(guest(1), '/a.img', { script: 'x', number: 1 })).rejects.toMatchObject({
      hint: 'It printed nothing.',
    });
  });

  it('ends with the reason of an abort, whatever the guest says', async () => {
    const abort = AbortSignal.abort(new Error('enough'));
    await expect(runStep(guest(0), '/a.img', { script: 'x', number: 1 }, abort)).rejects.toThrow(
      'enough',
    );
  });
});
