import type { Policy } from './policy.ts';
import { no, yes } from './verdict.ts';

/** Retires nodes that were started with other settings than nodes are started with now. */
export function drift(): Policy {
  return {
    name: 'drift',
    version: '1',
    canVmBeRetired({ specHash, pool }, { pools }) {
      const now = pools.get(pool)?.specHash ?? specHash;
      return now === specHash
        ? no('its settings are those of today')
        : yes('the settings of its pool have changed since it was started');
    },
  };
}
