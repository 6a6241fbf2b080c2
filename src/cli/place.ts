import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bytes } from '../base/units.ts';
import { type Place, realSystem } from '../doctor/place.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import { cacheDirectory } from './cache-directory.ts';
import { callerOf } from './caller.ts';
import type { Deps } from './deps.ts';
import { parseMemory } from './memory.ts';
import { PACKAGE_ROOT } from './package.ts';

/** Which a start takes without being told. */
const USUAL_IMAGE = 'apppot.img';
const DEFAULT_MEMORY = '512M';

export interface PlaceFlags {
  readonly image?: string;
  readonly kernel?: string;
  readonly mem?: Bytes;
  readonly confine: ConfinementWish;
  readonly unconfined: boolean;
}

/** This machine, as this process has it. */
export function placeOf(flags: PlaceFlags, { env }: Pick<Deps, 'env'>, signal: AbortSignal): Place {
  const path = env.PATH || '/usr/local/bin:/usr/bin:/bin';
  const usual = existsSync(USUAL_IMAGE) ? USUAL_IMAGE : undefined;
  const image = flags.image ?? (env.APPPOT_IMAGE || usual);
  const kernel = flags.kernel ?? (env.APPPOT_KERNEL || undefined);
  return {
    env,
    path,
    temporary: env.TMPDIR || '/tmp',
    cache: cacheDirectory(env),
    directory: process.cwd(),
    hasTerminal: process.stdin.isTTY === true,
    caller: callerOf(process),
    kit: join(PACKAGE_ROOT, 'dist'),
    wanted: {
      memory: flags.mem ?? parseMemory(env.APPPOT_MEM || DEFAULT_MEMORY),
      confine: flags.unconfined ? 'none' : flags.confine,
      ...(image !== undefined && { image }),
      ...(kernel !== undefined && { kernel }),
    },
    ...realSystem(path, signal),
  };
}
