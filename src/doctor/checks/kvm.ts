import { existsSync } from 'node:fs';
import type { Seconds } from '../../base/clock.ts';
import { type Check, type Finding, ok, warn } from '../check.ts';
import { answerOf, gauge, type Place } from '../place.ts';

const LIMIT: Seconds = 6;
const DEVICE = '/dev/kvm';

export const KVM: readonly Check[] = [
  { id: 'kvm', group: 'kernel', title: DEVICE, look: lookAtKvm },
];

/** The device alone says little: a tiny guest is run by it. User-Mode Linux needs none of it. */
async function lookAtKvm(place: Place): Promise<Finding | undefined> {
  if (!existsSync(DEVICE)) return ok('not here, and not needed');
  const tried = await gauge(place, ['kvm'], LIMIT);
  const found = answerOf(tried);
  if (tried.status === 0) return ok(found);
  if (tried.status === 3) return ok(found);
  if (/Permission denied/.test(found)) return ok(`not allowed to you, and not needed`);
  return warn(
    `not usable: ${found}`,
    'Give QEMU the words "-accel tcg" here; guests of apppot need no KVM.',
  );
}
