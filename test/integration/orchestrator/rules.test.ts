import { describe, expect, it } from 'vitest';
import { loadMutant } from '../../kit/mutant.ts';
import { RULES } from '../../kit/rules.ts';
import type * as proofs from '../../kit/world/proofs.ts';

const KIT = 'test/kit/world/proofs.ts';
const DEADLINE_MS = 120_000;

describe.each(RULES)('$rule: $claim', ({ proof, out }) => {
  it('holds', { timeout: DEADLINE_MS }, async () => {
    const whole = await loadMutant<typeof proofs>(KIT, []);
    expect(await whole[proof]()).toEqual([]);
  });

  it('is broken when the rule is taken out', { timeout: DEADLINE_MS }, async () => {
    const mutant = await loadMutant<typeof proofs>(KIT, out);
    expect(await mutant[proof]()).not.toEqual([]);
  });
});
