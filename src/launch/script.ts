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
import { assignments, planSettings } from './control.ts';
import type { StartPlan } from './launch.ts';
import { networkWords } from './network.ts';
import { SIGNS, type Sign } from './outcome.ts';
import { renderRecord } from './record.ts';
import { printText, printWords, quote, renderFunction } from './shell.ts';
import {
  diskLinks,
  hasOwnMemory,
  type InstancePaths,
  instancePaths,
  kernelEnvironment,
  kernelWords,
} from './words.ts';

/** Stand in words for what only the running script knows. */
const INSTANCE = '@INSTANCE@';
const NAME = '@NAME@';

const BODY = new URL('../../image/host/start.sh', import.meta.url);

/**
 * @param name The guest's name; without one each run of the script makes its own.
 * @returns the whole script, with its last newline.
 */
export function renderScript(plan: StartPlan, name?: string): string {
  const open = { ...plan, name: NAME };
  const paths = instancePaths(INSTANCE);
  return [
    '#!/bin/sh',
    `# Starts a guest; made by apppot ${VERSION}. Needs no apppot: run it with sh.`,
    'set -u',
    ...renderValues(plan, name),
    ...renderFunctions(open, paths),
    '',
    readFileSync(BODY, 'utf8').trimEnd(),
    '',
  ].join('\n');
}

function renderValues(plan: StartPlan, name: string | undefined): string[] {
  const { image, disk, network, grace } = plan;
  const seconds = (time: Seconds | undefined): string =>
    time === undefined ? "''" : String(Math.ceil(time));
  return [
    `name=${name === undefined ? 'apppot.$$' : quote(name)}`,
    `temporary=$\{TMPDIR:-/tmp}`,
    `image=${quote(image)} disk=${disk.kind} cow=${quote(disk.kind === 'cow' ? disk.path : '')}`,
    `memory=${hasOwnMemory(plan) ? plan.memoryPlace : "''"}`,
    `network=${network.kind} timeout=${seconds(plan.timeout)} grace=${grace}`,
    `boot_timeout=${seconds(plan.bootTimeout)} watchdog=${seconds(plan.watchdog)}`,
  ];
}

function renderFunctions(plan: StartPlan, paths: InstancePaths): string[] {
  return [
    renderFunction('plan_settings', printWords(planSettings(plan))),
    renderFunction('plan_command', printWords(plan.command)),
    renderFunction('plan_environment', printWords(assignments(plan.environment))),
    renderFunction('plan_record', printText(renderRecord(plan))),
    renderFunction(
      'make_links',
      diskLinks(plan, paths).map((link) => `ln -s ${link.map(shellWord).join(' ')}`),
    ),
    renderFunction('run_network', become(networkWords(plan.network, paths.network))),
    renderFunction('run_guest', become(guestWords(plan, paths, false))),
    renderFunction('run_guest_in_terminal', become(guestWords(plan, paths, true))),
    renderFunction('signs', SIGNS.map(renderSign)),
  ];
}

function guestWords(plan: StartPlan, paths: InstancePaths, terminal: boolean): string[] {
  return [
    ...['env', '-i', ...assignments(kernelEnvironment(plan, paths))],
    ...confinementWords(plan, paths),
    plan.kernel,
    ...kernelWords(plan, paths, terminal),
  ];
}

function become(words: readonly string[]): string[] {
  return words.length === 0 ? [] : [`exec setsid ${words.map(shellWord).join(' ')}`];
}

function renderSign({ kind, pattern, message, hint }: Sign): string {
  return ['sign', GUEST_STATUS[kind], ...[pattern, message, hint].map(quote)].join(' ');
}

/** A word in which the running script's own values take their places. */
function shellWord(word: string): string {
  return word
    .split(/(@INSTANCE@|@NAME@)/)
    .map((part) => VARIABLES[part] ?? (part === '' ? '' : quote(part)))
    .join('');
}

const VARIABLES: Readonly<Record<string, string>> = {
  [INSTANCE]: '"$instance"',
  [NAME]: '"$name"',
};
