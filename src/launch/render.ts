import { formatSize } from '../base/units.ts';
import { confinementWords } from './confine.ts';
import { settings } from './control.ts';
import type { StartPlan } from './launch.ts';
import { renderPublication } from './net/publication.ts';
import { renderNetwork, renderSegment } from './net/render.ts';
import { quote } from './shell.ts';
import { instancePaths, kernelWords } from './words.ts';

/** The plan for people: what was chosen and why, then the very command that would be run. */
export function renderPlan(plan: StartPlan): string {
  const paths = instancePaths(`${plan.temporary}/${plan.name}`);
  const command = [
    ...confinementWords(plan, paths),
    plan.kernel,
    ...kernelWords(plan, paths, false),
  ];
  const rows = [
    ['name', plan.name],
    ['kernel', plan.kernel],
    ['image', plan.image],
    ['writes to', renderDisk(plan)],
    ['memory', `${formatSize(plan.memory)} in ${renderMemoryPlace(plan)}`],
    ['network', renderNetwork(plan.network)],
    ...plan.segments.map((segment) => ['private', renderSegment(segment)]),
    ...(plan.relays ?? []).map((port) => ['published', renderPublication(port)]),
    ['confined', renderConfinement(plan)],
    ['user', `${plan.caller.user} (${plan.caller.uid}:${plan.caller.gid})`],
    ['job directory', plan.jobdir ?? 'none'],
    ...plan.binds.map(({ host, guest, isReadOnly }) => [
      'bind',
      `${host} at ${guest}${isReadOnly ? ', for reading only' : ''}`,
    ]),
    [
      'scratch',
      plan.scratch === undefined
        ? 'none'
        : `${formatSize(plan.scratch.size)} at /home/user/scratch`,
    ],
    ['changes', plan.changes ?? 'none'],
    ['time limit', plan.timeout === undefined ? 'none' : `${plan.timeout} s`],
    ['command', plan.command.map(quote).join(' ') || 'apppot-run, apppot-autorun or a shell'],
    [
      'settings',
      settings(plan, { stdin: true, stderr: true }).map(quote).join(' ').replaceAll('\n', '\\n'),
    ],
    ['runs', command.map(quote).join(' ')],
  ];
  return rows.map(([name = '', value]) => `${name.padEnd(14)} ${value}`).join('\n');
}

function renderDisk({ disk }: StartPlan): string {
  if (disk.kind === 'image') return 'the image itself';
  if (disk.kind === 'temporary') return 'a temporary COW file, thrown away at the end';
  const notes = [
    ...(disk.exists ? [] : ['new']),
    ...(disk.moved ? ['its header will name this image'] : []),
    ...(disk.waste === undefined
      ? []
      : [
          `a copy filled its holes: ${formatSize(disk.waste)} more than "cp --sparse=always" makes`,
        ]),
  ];
  return `${disk.path}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`;
}

function renderMemoryPlace({ memoryPlace, confinement, temporary }: StartPlan): string {
  if (memoryPlace === 'temporary') return temporary;
  return confinement.kind === 'bwrap' ? 'a /dev/shm of its own' : '/dev/shm';
}

function renderConfinement({ confinement, caller }: StartPlan): string {
  const others = 'root in the guest can';
  switch (confinement.kind) {
    case 'bwrap':
      return `${confinement.program}: only the files named here`;
    case 'landlock':
      return `${confinement.program}: opens only the files named here; ${others} change modes and times of others`;
    case 'none':
      return `no: ${confinement.reason}; ${others} do what ${caller.user} can`;
  }
}
