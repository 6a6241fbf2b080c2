import { join, resolve } from 'node:path';
import { SnapError } from '../snap/errors.ts';
import type { SnapDeps } from './snap-deps.ts';
import type { Desk } from './snap-desk.ts';
import type { SourceFlags } from './snap-source.ts';

/** Works on flags that name files; a guest that they name stands still meanwhile. */
export async function withPaused<F extends SourceFlags>(
  flags: F,
  { env, pause }: Pick<SnapDeps, 'env' | 'pause'>,
  { pace }: Pick<Desk, 'pace'>,
  work: (flags: F) => Promise<void>,
): Promise<void> {
  if (flags.live === undefined) return work(flags);
  if (pause === undefined) throw noGuests(flags.live);
  const own = `apppot-${process.geteuid?.() ?? 0}`;
  const parents = [join(resolve(env.TMPDIR || '/tmp'), own), join('/tmp', own)];
  const { image, cow, resume } = await pause(
    parents,
    flags.live,
    env.PATH ?? '/usr/bin:/bin',
    pace,
  );
  let isDone = false;
  try {
    if (cow !== undefined && flags.base !== undefined) throw noManifest(flags.live);
    await work({ ...flags, image, ...(cow !== undefined && { cow }) });
    isDone = true;
  } finally {
    const resumed = resume();
    await (isDone ? resumed : resumed.catch(() => undefined));
  }
}

function noManifest(name: string): SnapError {
  return new SnapError(`Cannot take --base for "${name}": its changes are in a COW file`, {
    kind: 'usage',
    code: 'BASE_MISPLACED',
    hint: 'They are found without a manifest: leave --base away.',
  });
}

function noGuests(name: string): SnapError {
  return new SnapError(`Cannot pause "${name}": no guests run inside a guest`, {
    kind: 'usage',
    code: 'LIVE_UNKNOWN',
    hint: 'Use --live where the guest was started.',
  });
}
