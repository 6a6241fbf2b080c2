import { dirname } from 'node:path';
import { landlockWords } from './landlock.ts';
import type { StartPlan } from './launch.ts';
import { needsHostNetwork, segmentSocket, TUN } from './net/interfaces.ts';
import { aliases, hasOwnMemory, type InstancePaths, kernelEnvironment } from './words.ts';

/**
 * The words that go before the kernel's own, which are the same with and without them.
 *
 * Hostfs alone does not confine: root in the guest may mount any directory of the host.
 */
export function confinementWords(plan: StartPlan, paths: InstancePaths): readonly string[] {
  const { confinement } = plan;
  switch (confinement.kind) {
    case 'bwrap':
      return bwrapWords(confinement.program, plan, paths);
    case 'landlock':
      return landlockWords(confinement.program, plan, paths);
    case 'none':
      return [];
  }
}

/** Bwrap(1) with a view of the files that this guest needs, at their own paths. */
function bwrapWords(program: string, plan: StartPlan, paths: InstancePaths): readonly string[] {
  const environment = Object.entries(kernelEnvironment(plan, paths));
  return [
    program,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...(needsHostNetwork(plan) ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--tmpfs', '/tmp'],
    ...sharedBinds(plan),
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['/lib', '/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...readable(plan.kernel),
    ...diskBinds(plan, paths),
    ...aliasBinds(plan, paths),
    ...networkBinds(plan, paths),
    ...segmentBinds(plan, paths),
    ...writable(paths.control),
    ...writable(paths.sockets),
    ...(plan.scratch === undefined ? [] : writable(paths.scratch)),
    ...(hasOwnMemory(plan) ? writable(paths.memory) : []),
    ...readable(plan.changes),
    ...['--chdir', dirname(paths.control), '--clearenv'],
    ...environment.flatMap(([name, value]) => ['--setenv', name, value]),
    '--',
  ];
}

/** Outer directories first: what is bound later covers what lies there already. */
function sharedBinds({ jobdir, binds }: StartPlan): string[] {
  const job = jobdir === undefined ? [] : [{ host: jobdir, isReadOnly: false }];
  return [...job, ...binds]
    .sort((one, other) => one.host.length - other.host.length)
    .flatMap(({ host, isReadOnly }) => (isReadOnly ? readable(host) : writable(host)));
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
      if (network.bySwitch) return writable(paths.network);
      return [...readable(network.program), ...readable('/etc/resolv.conf')];
    case 'none':
      return [];
  }
}

function segmentBinds({ segments }: StartPlan, paths: InstancePaths): string[] {
  return segments.flatMap((segment, index) => {
    const socket = segmentSocket(paths, index + 1);
    if (segment.kind === 'tap') return ['--dev-bind', TUN, TUN];
    if (segment.kind !== 'switch' || segment.endpoint.kind !== 'unix') return writable(socket);
    return ['--bind', segment.endpoint.path, socket];
  });
}

function readable(path: string | undefined): string[] {
  return path === undefined ? [] : ['--ro-bind', path, path];
}

function writable(path: string | undefined): string[] {
  return path === undefined ? [] : ['--bind', path, path];
}
