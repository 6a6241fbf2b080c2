import type { SiteLoad } from '../target.ts';

/**
 * @param nodes Processors of each group of nodes, as `sinfo --format=%C` has them: allocated, idle, other, all.
 * @param reasons Why each pending job waits, as `squeue --format=%r` has it. Those that are held, or wait for
 * something else than room, do not stand before ours.
 */
export function loadOf(nodes: string, reasons: string): SiteLoad {
  const groups = linesOf(nodes).map((line) => line.split('/').map(Number));
  const waiting = linesOf(reasons).filter((reason) => !NO_QUEUE.test(reason)).length;
  return { free: groups.reduce((sum, [, idle = 0]) => sum + idle, 0), waiting };
}

const NO_QUEUE = /^(?:JobHeld|Dependency|BeginTime)/;

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
