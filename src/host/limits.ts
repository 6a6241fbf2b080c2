import { readFileSync } from 'node:fs';
import type { Bytes } from '../base/units.ts';

/** What this process, and all that it starts, may use at most: getrlimit(2). */
export interface Limits {
  /** Of one file: `ulimit -f`. Undefined: no limit. */
  readonly fileSize?: Bytes;
  /** Of addresses: `ulimit -v`. */
  readonly addressSpace?: Bytes;
}

/** @param table As `/proc/self/limits` has it: proc_pid_limits(5). */
export function readLimits(table = readFileSync('/proc/self/limits', 'latin1')): Limits {
  const fileSize = softLimit(table, 'Max file size');
  const addressSpace = softLimit(table, 'Max address space');
  return {
    ...(fileSize !== undefined && { fileSize }),
    ...(addressSpace !== undefined && { addressSpace }),
  };
}

function softLimit(table: string, name: string): number | undefined {
  const line = table.split('\n').find((row) => row.startsWith(name));
  const value = Number(line?.slice(name.length).trim().split(/\s+/)[0]);
  return Number.isNaN(value) ? undefined : value;
}

/** Whether programs start at addresses of the kernel's choice: personality(2). */
export function isRandomized(): boolean {
  const NO_RANDOMIZE = 0x40000;
  try {
    return (
      (Number.parseInt(readFileSync('/proc/self/personality', 'latin1'), 16) & NO_RANDOMIZE) === 0
    );
  } catch {
    return true;
  }
}
