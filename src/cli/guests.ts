import { instanceParents } from '../launch/leftovers.ts';
import type { Deps } from './deps.ts';

/** Directories where the caller's guests are. */
export function ownParents({ env }: Pick<Deps, 'env'>): readonly string[] {
  return instanceParents(env.TMPDIR || '/tmp', process.geteuid?.() ?? 0);
}
