/**
 * Host groups; among them ours, which remember whose cordon a queue instance carries: Grid Engine keeps no reason for one.
 *
 * @module
 */

import type { HostName } from '../../model/job.ts';
import { obey } from './orders.ts';
import { linesOf, settingOf } from './printed.ts';
import { type Ask, refused } from './words.ts';

/** Hosts whose instance of that queue we have disabled. No queue refers to such a group, so it does nothing else. */
function markOf(queue: string): string {
  return `${MARK}${queue}`;
}

const MARK = '@vmburst.';

export async function groupsOf(ask: Ask, signal?: AbortSignal): Promise<readonly string[]> {
  return linesOf(await ask(['qconf', '-shgrpl'], { signal })).filter((line) =>
    line.startsWith('@'),
  );
}

/** The groups that name a host themselves. */
export async function groupsWith(
  ask: Ask,
  name: HostName,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const groups = await groupsOf(ask, signal);
  const members = await Promise.all(groups.map((group) => membersOf(ask, group, signal)));
  return groups.filter((_, index) => members[index]?.includes(name));
}

/** `QUEUE@HOST` of all instances that we have disabled. */
export async function marked(ask: Ask, signal?: AbortSignal): Promise<ReadonlySet<string>> {
  const groups = (await groupsOf(ask, signal)).filter((group) => group.startsWith(MARK));
  const found = groups.map(async (group) =>
    (await membersOf(ask, group, signal)).map((host) => `${group.slice(MARK.length)}@${host}`),
  );
  return new Set((await Promise.all(found)).flat());
}

export async function mark(
  ask: Ask,
  queue: string,
  name: HostName,
  signal?: AbortSignal,
): Promise<void> {
  const group = markOf(queue);
  if (!(await groupsOf(ask, signal)).includes(group)) await make(ask, group, signal);
  const argv = ['qconf', '-aattr', 'hostgroup', 'hostlist', name, group];
  await obey(ask, `mark the host "${name}"`, [{ argv, done: /modified "|No modif/ }], signal);
}

export async function unmark(
  ask: Ask,
  queue: string,
  name: HostName,
  signal?: AbortSignal,
): Promise<void> {
  const argv = ['qconf', '-dattr', 'hostgroup', 'hostlist', name, markOf(queue)];
  const done = /modified "|does not exist/;
  await obey(ask, `take back the mark of the host "${name}"`, [{ argv, done }], signal);
}

/** It reads regular files only. */
const FROM_FILE =
  'file=$(mktemp) || exit; trap \'rm -f "$file"\' EXIT; cat >"$file"; qconf -Ahgrp "$file"';

async function make(ask: Ask, group: string, signal?: AbortSignal): Promise<void> {
  const input = `group_name ${group}\nhostlist NONE\n`;
  const text = await ask(['sh', '-c', FROM_FILE], { signal, input });
  if (!/added "|already exists/.test(text)) throw refused(`make the host group "${group}"`, text);
}

async function membersOf(
  ask: Ask,
  group: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const text = await ask(['qconf', '-shgrp', group], { signal });
  const list = settingOf(text, 'hostlist');
  if (list === undefined) throw refused(`read the host group "${group}"`, text);
  return list.split(/\s+/).filter((word) => word !== 'NONE');
}
