import { dirname } from 'node:path';
import type { Segment, StartPlan } from './launch.ts';
import { segmentSocket } from './net/interfaces.ts';
import { aliases, type InstancePaths } from './words.ts';

/**
 * The words that go before the kernel's own: bwrap(1) with a view of the files that this guest
 * needs, at their own paths, so that the kernel's words are the same with and without it.
 *
 * Hostfs alone does not confine: root in the guest may mount any directory of the host.
 */
export function confinementWords(plan: StartPlan, paths: InstancePaths): readonly string[] {
  if (plan.confinement.kind === 'none') return [];
  return [
    plan.confinement.program,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(needsHostNetwork(plan) ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--tmpfs', '/tmp'],
    ...writable(plan.jobdir),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['/lib', '/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...readable(plan.kernel),
    ...diskBinds(plan, paths),
    ...aliasBinds(plan, paths),
    ...networkBinds(plan, paths),
    ...segmentBinds(plan, paths),
    ...writable(paths.control),
    ...writable(paths.sockets),
    ...readable(plan.changes),
    ...['--chdir', dirname(paths.control), '--clearenv', '--setenv', 'HOME', paths.sockets, '--'],
  ];
}

function diskBinds({ disk, image }: StartPlan, paths: InstancePaths): string[] {
  if (disk.kind === 'image') return writable(image);
  return [...readable(image), ...writable(disk.kind === 'cow' ? disk.path : paths.cow)];
}

function aliasBinds(plan: StartPlan, paths: InstancePaths): string[] {
  const flag = (path: string): string =>
    path === plan.image && plan.disk.kind !== 'image' ? '--ro-bind' : '--bind';
  return aliases(plan, paths).flatMap(([path, alias]) => [flag(path), path, alias]);
}

function networkBinds({ network }: StartPlan, paths: InstancePaths): string[] {
  switch (network.kind) {
    case 'slirp4netns':
      return writable(paths.network);
    case 'slirp':
      return [...readable(network.program), ...readable('/etc/resolv.conf')];
    case 'none':
      return [];
  }
}

/** What the kernel itself does in the host's network. */
function needsHostNetwork({ network, segments }: StartPlan): boolean {
  const isDirect = (segment: Segment): boolean =>
    segment.kind === 'tap' || (segment.kind === 'mcast' && segment.own);
  return network.kind === 'slirp' || segments.some(isDirect);
}

function segmentBinds({ segments }: StartPlan, paths: InstancePaths): string[] {
  return segments.flatMap((segment, index) => {
    const socket = segmentSocket(paths, index + 1);
    if (segment.kind === 'tap') return ['--dev-bind', '/dev/net/tun', '/dev/net/tun'];
    if (segment.kind === 'mcast') return segment.own ? [] : writable(socket);
    const { endpoint } = segment;
    return endpoint.kind === 'unix' ? ['--bind', endpoint.path, socket] : writable(socket);
  });
}

function readable(path: string | undefined): string[] {
  return path === undefined ? [] : ['--ro-bind', path, path];
}

function writable(path: string | undefined): string[] {
  return path === undefined ? [] : ['--bind', path, path];
}
