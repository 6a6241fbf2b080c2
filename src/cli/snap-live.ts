import { join, resolve } from 'node:path';
import type { SnapDeps } from './snap-deps.ts';
import type { SourceFlags } from './snap-source.ts';

/** Works on flags that name files; a guest that they name stands still meanwhile. */
export async function withPaused<F extends SourceFlags>(
  flags: F,
  { env }: Pick<SnapDeps, 'env'>,
  work: (flags: F) => Promise<void>,
): Promise<void> {
  if (flags.live === undefined) return work(flags);
  const { pauseGuest } = await import('../launch/pause.ts');
  const own = `apppot-${process.geteuid?.() ?? 0}`;
  const parents = [join(resolve(env.TMPDIR || '/tmp'), own), join('/tmp', own)];
  const { image, cow, resume } = await pauseGuest(parents, flags.live, env.PATH ?? '/usr/bin:/bin');
  let isDone = false;
  try {
    await work({ ...flags, image, ...(cow !== undefined && { cow }) });
    isDone = true;
  } finally {
    const resumed = resume();
    await (isDone ? resumed : resumed.catch(() => undefined));
  }
}
