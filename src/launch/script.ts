/**
 * Prints a start plan as a POSIX shell script, for machines without Node.js.
 *
 * What the plan decided stands in front; the body, the same for all, is `image/host/start.sh`.
 *
 * @module
 */

import { readFileSync } from 'node:fs';
import type { Seconds } from '../base/clock.ts';
import { GUEST_STATUS } from '../base/status.ts';
import { VERSION } from '../base/version.ts';
import { confinementWords } from './confine.ts';
import { assignments, bindWords, planSettings } from './control.ts';
import { LaunchError, type Segment, type StartPlan } from './launch.ts';
import { type Helper, helpers } from './net/helpers.ts';
import { segmentLinks } from './net/interfaces.ts';
import { renderRecord } from './record.ts';
import { scratchWords } from './scratch.ts';
import { printText, printWords, quote, renderFunction } from './shell.ts';
import { SIGNS, type Sign } from './signs.ts';
import { become, STAND_INS, shellWord } from './stand-ins.ts';
import {
  diskLinks,
  hasOwnMemory,
  type InstancePaths,
  instancePaths,
  kernelEnvironment,
  kernelWords,
} from './words.ts';

/** The functions that every start needs, from `image/host`. */
export const START_PARTS = ['instance.sh', 'start.sh'] as const;

/**
 * @param name The guest's name; without one each run of the script makes its own.
 * @returns the whole script, with its last newline.
 * @throws {LaunchError} `PUBLISH_IMPOSSIBLE`, `REBASE_IMPOSSIBLE`
 */
export function renderScript(plan: StartPlan, name?: string): string {
  checkPrintable(plan);
  checkRebased(plan);
  const open = { ...plan, name: STAND_INS.name };
  const paths = instancePaths(STAND_INS.instance);
  return [
    '#!/bin/sh',
    `# Starts a guest; made by apppot ${VERSION}. Needs no apppot: run it with sh.`,
    'set -u',
    ...renderValues(plan, name),
    ...renderFunctions(open, paths),
    '',
    ...START_PARTS.map(hostPart),
    'start_and_wait',
    '',
  ].join('\n');
}

/** Text of a file of `image/host`. */
export function hostPart(path: string): string {
  return readFileSync(new URL(`../../image/host/${path}`, import.meta.url), 'utf8').trimEnd();
}

function checkPrintable({ network, relays }: StartPlan): void {
  const ports = network.kind === 'slirp4netns' ? network.publish : relays;
  if (ports === undefined) return;
  throw new LaunchError('Cannot publish a port from a printed script: only apppot can open it', {
    kind: 'usage',
    code: 'PUBLISH_IMPOSSIBLE',
    hint: 'Print the script without --publish, or start the guest with apppot-start.',
  });
}

function renderValues(plan: StartPlan, name: string | undefined): string[] {
  const { image, disk, grace } = plan;
  const seconds = (time: Seconds | undefined): string =>
    time === undefined ? "''" : String(Math.ceil(time));
  return [
    `name=${name === undefined ? 'apppot.$$' : quote(name)}`,
    `temporary=$\{TMPDIR:-/tmp}`,
    `image=${quote(image)} disk=${disk.kind} cow=${quote(disk.kind === 'cow' ? disk.path : '')}`,
    `memory=${hasOwnMemory(plan) ? plan.memoryPlace : "''"}`,
    `timeout=${seconds(plan.timeout)} grace=${grace} keeping=0`,
    `boot_timeout=${seconds(plan.bootTimeout)} watchdog=${seconds(plan.watchdog)} as_root=${plan.asRoot ? 1 : "''"}`,
  ];
}

function renderFunctions(plan: StartPlan, paths: InstancePaths): string[] {
  return [
    renderFunction('plan_settings', printWords(planSettings(plan))),
    renderFunction('plan_command', printWords(plan.command)),
    renderFunction('plan_binds', printWords(bindWords(plan))),
    renderFunction(
      'make_scratch',
      plan.scratch === undefined
        ? []
        : [scratchWords(plan.scratch, paths.scratch).map(shellWord).join(' ')],
    ),
    renderFunction('plan_environment', printWords(assignments(plan.environment))),
    renderFunction('plan_record', printText(renderRecord(plan))),
    renderFunction(
      'make_links',
      [...diskLinks(plan, paths), ...segmentLinks(plan, paths)].map(
        (link) => `ln -s ${link.map(shellWord).join(' ')}`,
      ),
    ),
    renderFunction('check_networks', plan.segments.flatMap(renderCheck)),
    ...renderHelpers(helpers(plan, paths)),
    renderFunction('run_guest', become(guestWords(plan, paths, false))),
    renderFunction('run_guest_in_terminal', become(guestWords(plan, paths, true))),
    renderFunction('signs', SIGNS.map(renderSign)),
  ];
}

function renderHelpers(list: readonly Helper[]): string[] {
  return [
    ...list.map(({ argv }, index) => renderFunction(`run_helper_${index}`, become(argv))),
    renderFunction(
      'start_helpers',
      list.map(({ socket, target }, index) =>
        ['start_helper', `run_helper_${index}`, shellWord(socket), quote(target)].join(' '),
      ),
    ),
  ];
}

/** What of a private network can be looked at before the start. */
function renderCheck(segment: Segment): string[] {
  if (segment.kind === 'tap') return [`need_tap ${quote(segment.device)}`];
  if (segment.kind === 'mcast') return [`need_multicast ${quote(segment.group)}`];
  const { endpoint } = segment;
  return endpoint.kind === 'unix' ? [`need_switch ${quote(endpoint.path)}`] : [];
}

/** The program that runs a guest, with its words. */
export function guestWords(plan: StartPlan, paths: InstancePaths, terminal: boolean): string[] {
  return [
    ...['env', '-i', ...assignments(kernelEnvironment(plan, paths))],
    ...confinementWords(plan, paths),
    plan.kernel,
    ...kernelWords(plan, paths, terminal),
  ];
}

/** A call of `sign` or `sign_of_job`. */
export function renderSign({ kind, pattern, message, hint, isOfJob }: Sign): string {
  const name = isOfJob ? 'sign_of_job' : 'sign';
  return [name, GUEST_STATUS[kind], ...[pattern, message, hint].map(quote)].join(' ');
}

/** The kernel itself follows a base image to another place, but not to another time. */
function checkRebased({ disk }: StartPlan): void {
  if (disk.kind !== 'cow' || disk.moved !== 'time') return;
  throw new LaunchError(`Cannot rebase the COW file "${disk.path}" from a printed script`, {
    kind: 'usage',
    code: 'REBASE_IMPOSSIBLE',
    hint: 'Start the guest once with apppot-start --rebase-cow, then print the script.',
  });
}
