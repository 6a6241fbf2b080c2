import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { identify, isAlive } from './processes.ts';

/** `.NAME.PLACE-PID-STARTED-RANDOM.tmp`: who writes it can be told from its name. */
const PATTERN =
  /^\.(?<name>.*)\.(?<place>[0-9a-f]{8})-(?<pid>\d+)-(?<started>\d+)-[0-9a-f]{8}\.tmp$/s;

/** A new name for what this process writes, to become `file` when it is whole. */
export function temporaryName(file: string): string {
  const { pid, started } = identify(process.pid) ?? { pid: process.pid, started: '0' };
  const owner = `${place()}-${pid}-${started}-${randomBytes(4).toString('hex')}`;
  return `.${basename(file)}.${owner}.tmp`;
}

/** Whether a name is one that somebody's {@link temporaryName} gave for a file of this name. */
export function isTemporaryOf(name: string, found: string): boolean {
  return PATTERN.exec(found)?.groups?.name === name;
}

/**
 * Whether its writer is no more. Of one in another guest, container, machine, or before the last start
 * of this one, that can't be told.
 */
export function isAbandoned(found: string): boolean {
  const owner = PATTERN.exec(found)?.groups;
  if (owner === undefined || owner.place !== place()) return false;
  const writer = { pid: Number(owner.pid), started: owner.started ?? '' };
  return !isHidden(writer.pid) && !isAlive(writer);
}

/** Whether this process gave it. */
export function isOwn(found: string): boolean {
  const owner = PATTERN.exec(found)?.groups;
  return owner?.place === place() && owner.pid === String(process.pid);
}

/** Numbers of processes mean the same only within one run of one kernel, and one namespace. */
function place(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  const text = `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** Others' processes may be, by the mount option `hidepid` of proc(5). */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errnoOf(error) === 'EPERM' && identify(pid) === undefined;
  }
}
