import { accessSync, constants } from 'node:fs';
import type { Bytes } from '../base/units.ts';
import type { Attempt } from '../host/attempt.ts';
import { roomIn } from '../host/room.ts';
import { answerOf, gauge, type Place } from './place.ts';

/** What can be done in a directory; each is `ok` or the system's reason. */
export interface DirectoryTrial {
  /** Why nothing is known of it. */
  readonly reason?: string;
  readonly free: Bytes;
  /** Files that can still be made; -1 where there is no limit. */
  readonly files: number;
  readonly create: string;
  /** A megabyte, synced. */
  readonly write: string;
  /** Memory from a file there may hold code. */
  readonly execute: string;
  readonly lock: string;
  readonly socket: string;
}

/** What may be done with a path. */
export interface AccessTrial {
  readonly exists: boolean;
  readonly read: boolean;
  readonly write: boolean;
}

/** Tries a directory from a program of its own, because a dead file server never answers. */
export async function tryDirectory(place: Place, directory: string): Promise<DirectoryTrial> {
  const tried = await gauge(place, ['directory', directory]);
  if (tried.error !== undefined) return lookAtDirectory(directory);
  const values = valuesOf(tried);
  const text = (name: string): string => values.get(name) ?? 'not tried';
  return {
    ...(values.size === 0 ? { reason: answerOf(tried).replace(/^statfs: /, '') } : {}),
    free: Number(values.get('free') ?? 0),
    files: Number(values.get('files') ?? -1),
    create: text('create'),
    write: text('write'),
    execute: text('execute'),
    lock: text('lock'),
    socket: text('socket'),
  };
}

/** As {@link tryDirectory}, without writing; nothing may be done with what does not answer. */
export async function tryAccess(place: Place, path: string): Promise<AccessTrial> {
  const tried = await gauge(place, ['access', path]);
  const values = valuesOf(tried);
  const may = (name: string, mode: number): boolean =>
    tried.error === undefined ? values.get(name) === 'ok' : isAllowed(path, mode);
  return {
    exists: may('exists', constants.F_OK),
    read: may('read', constants.R_OK | constants.X_OK),
    write: may('write', constants.W_OK),
  };
}

function valuesOf({ stdout }: Attempt): ReadonlyMap<string, string> {
  const rows = [...stdout.matchAll(/^(\w+)=(.*)$/gm)];
  return new Map(rows.map(([, name = '', value = '']) => [name, value]));
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/** As far as it can be told without the program. */
function lookAtDirectory(directory: string): DirectoryTrial {
  const { free, fault, isNoexec } = roomIn(directory);
  const writable = fault ?? 'ok';
  return {
    ...{ free, files: -1, create: writable, write: writable, lock: writable, socket: writable },
    execute: isNoexec ? 'mounted noexec' : 'ok',
  };
}
