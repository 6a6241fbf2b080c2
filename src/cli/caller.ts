import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Caller } from '../launch/launch.ts';

/** Who runs this process; numbers without a name, as batch systems have them, get one. */
export function callerOf(process: NodeJS.Process): Caller {
  const uid = process.geteuid?.() ?? 0;
  const gid = process.getegid?.() ?? 0;
  const user = userName();
  return { uid, gid, user, group: groupName(gid) ?? user, umask: process.umask() };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'user';
  }
}

function groupName(gid: number): string | undefined {
  const groups = readFileSync('/etc/group', 'utf8').split('\n');
  return groups.find((line) => line.split(':')[2] === String(gid))?.split(':')[0];
}
