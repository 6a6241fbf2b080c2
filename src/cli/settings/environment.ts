import type { Setting } from '../../config/settings.ts';
import type { Deps } from '../deps.ts';

/** Variables that stand for options, by command: those of the original, and no more. */
const OF_A_START = { image: 'APPPOT_IMAGE', kernel: 'APPPOT_KERNEL', mem: 'APPPOT_MEM' };
export const VARIABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  bench: OF_A_START,
  'cluster run': OF_A_START,
  doctor: OF_A_START,
  start: OF_A_START,
};

/** What the environment says; an empty variable says nothing. */
export function environmentSettings(env: Deps['env']): readonly Setting[] {
  return Object.entries(VARIABLES).flatMap(([command, names]) =>
    Object.entries(names).flatMap(([name, variable]) => {
      const value = env[variable];
      return value ? [{ command, name, value: [value], from: variable }] : [];
    }),
  );
}
