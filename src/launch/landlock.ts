import type { StartPlan } from './launch.ts';
import { needsHostNetwork, TUN } from './net/interfaces.ts';
import type { InstancePaths } from './words.ts';

/**
 * The words that go before the kernel's own: apppot-confine, which gives up all files but those
 * that this guest needs, and then becomes the kernel. Source: `image/host/confine.c`.
 */
export function landlockWords(
  program: string,
  plan: StartPlan,
  paths: InstancePaths,
): readonly string[] {
  return [
    program,
    ...['--run', plan.kernel, '--run', '/lib', '--run', '?/lib64', '--read', '?/etc/ld.so.cache'],
    ...['--read', '/proc/cpuinfo', '--write', '/dev/null', '--read', '/dev/random'],
    ...diskWords(plan, paths),
    ...networkWords(plan),
    ...['--write', paths.control, '--write', paths.sockets, '--write', paths.memory],
    ...(plan.changes === undefined ? [] : ['--read', plan.changes]),
    ...(plan.jobdir === undefined ? [] : ['--write', plan.jobdir]),
    ...plan.binds.flatMap(({ host, isReadOnly }) => [isReadOnly ? '--read' : '--write', host]),
    ...(plan.scratch === undefined ? [] : ['--write', paths.scratch]),
    '--',
  ];
}

function diskWords({ disk, image }: StartPlan, paths: InstancePaths): string[] {
  if (disk.kind === 'image') return ['--write', image];
  return ['--read', image, '--write', disk.kind === 'cow' ? disk.path : paths.cow];
}

/** What needs the host's network gets it whole: sockets cannot be told apart by address. */
function networkWords(plan: StartPlan): string[] {
  const { network, segments } = plan;
  const runsSlirp = network.kind === 'slirp' && !network.bySwitch;
  return [
    ...(needsHostNetwork(plan) ? [] : ['--local']),
    ...(segments.some(({ kind }) => kind === 'tap') ? ['--write', TUN] : []),
    ...(runsSlirp ? ['--run', network.program] : []),
    ...(runsSlirp ? RESOLVER.flatMap((path) => ['--read', `?${path}`]) : []),
  ];
}

const RESOLVER = ['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/host.conf'];
