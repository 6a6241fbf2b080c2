import { readdirSync, readlinkSync, statSync } from 'node:fs';
import type { Bytes } from '../base/units.ts';
import type { ProcessRow } from '../host/processes.ts';
import { processesOf } from '../launch/leftovers.ts';
import type { InstancePaths } from '../launch/words.ts';

/** The process that is a guest's kernel. */
export interface Kernel {
  readonly isStopped: boolean;
  /** What the guest's memory really takes on the host. */
  readonly memory: Bytes;
}

/** The file behind the kernel's memory has no name, or a lost one: `arch/um/os-Linux/mem.c`. */
const MEMORY_FILE = /\/(?:#\d+|vm_file-\w+) \(deleted\)$/;
const BLOCK: Bytes = 512;

/**
 * Finds a guest's kernel among the descendants of the processes noted for it: a sandbox may stand
 * between.
 *
 * @returns undefined when there is none, or its files may not be looked at.
 */
export function findKernel(paths: InstancePaths, table: readonly ProcessRow[]): Kernel | undefined {
  const waiting = processesOf(paths).map(({ pid }) => pid);
  for (let pid = waiting.shift(); pid !== undefined; pid = waiting.shift()) {
    const memory = memoryOf(pid);
    const row = table.find((process) => process.pid === pid);
    if (memory !== undefined) return { isStopped: row?.state === 'T', memory };
    waiting.push(...table.filter(({ parent }) => parent === pid).map((child) => child.pid));
  }
  return undefined;
}

function memoryOf(pid: number): Bytes | undefined {
  const directory = `/proc/${pid}/fd`;
  try {
    for (const name of readdirSync(directory)) {
      const path = `${directory}/${name}`;
      if (MEMORY_FILE.test(readlinkSync(path))) return statSync(path).blocks * BLOCK;
    }
  } catch {
    // It has ended, or is not ours.
  }
  return undefined;
}
