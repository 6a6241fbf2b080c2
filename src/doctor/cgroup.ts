import { dirname, join } from 'node:path';
import type { Place } from './place.ts';

/** Names of a limit's file: in cgroup version 2, and in version 1. */
const FILES = {
  memory: ['memory.max', 'memory/memory.limit_in_bytes'],
  pids: ['pids.max', 'pids/pids.max'],
} as const;

/** Version 1 has no word for "no limit", but a number beyond any machine. */
const BOUNDLESS = 2 ** 60;

/**
 * The least limit of this process's control group and those above it; undefined when there is none.
 *
 * Source: the kernel's `admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`.
 */
export function cgroupLimit(place: Place, what: keyof typeof FILES): number | undefined {
  const own = place.read('/proc/self/cgroup') ?? '';
  const [version2, version1] = FILES[what];
  const second = /^0::(.*)$/m.exec(own)?.[1];
  const first = new RegExp(`^\\d+:(?:[^:]*,)?${what}(?:,[^:]*)?:(.*)$`, 'm').exec(own)?.[1];
  const [controller = '', file = ''] = version1.split('/');
  const limits = [
    ...limitsUp(place, '/sys/fs/cgroup', second, version2),
    ...limitsUp(place, join('/sys/fs/cgroup', controller), first, file),
  ];
  return limits.length === 0 ? undefined : Math.min(...limits);
}

function limitsUp(place: Place, root: string, group: string | undefined, file: string): number[] {
  if (group === undefined) return [];
  const limits: number[] = [];
  for (let path = group; ; path = dirname(path)) {
    const limit = Number(place.read(join(root, path, file)) ?? Number.NaN);
    if (limit < BOUNDLESS) limits.push(limit);
    if (path === '/' || path === '.') return limits;
  }
}
