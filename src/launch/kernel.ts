/**
 * A look at the file of a kernel: a wrong one would start, and do something else.
 *
 * Source: elf(5); the sections `.uml.*` hold the options of a User-Mode Linux kernel.
 *
 * @module
 */

import { closeSync, openSync, readSync } from 'node:fs';

/** Machines as `e_machine` counts them, by Node.js' names. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, ia32: 3, arm64: 183, riscv64: 243 };
const NAMES = new Map([...Object.entries(MACHINES)].map(([name, number]) => [number, name]));

/**
 * Why a file cannot be a kernel for this machine; undefined when it may be one. Scripts, which may
 * start one, and what may be run but not read are taken on trust.
 *
 * @param machine The machine to run on, as Node.js names it.
 */
export function kernelFault(path: string, machine: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const head = readAt(file, 0, 64);
    if (head.toString('latin1', 0, 2) === '#!') return undefined;
    if (head.length < 64 || head.toString('latin1', 0, 4) !== '\x7fELF') return 'it is no program';
    const found = head.readUInt16LE(18);
    if (found !== MACHINES[machine]) {
      return `it is for another processor (${NAMES.get(found) ?? `machine ${found}`}, not ${machine})`;
    }
    return isUserMode(file, head) ? undefined : 'it is no kernel of User-Mode Linux';
  } finally {
    closeSync(file);
  }
}

/** Looks for a section of that name; a file without names of sections may be one. */
function isUserMode(file: number, head: Buffer): boolean {
  if (head[4] !== 2) return true;
  const [offset, size, count, names] = [
    Number(head.readBigUInt64LE(40)),
    head.readUInt16LE(58),
    head.readUInt16LE(60),
    head.readUInt16LE(62),
  ];
  if (count === 0 || size < 64) return true;
  const header = readAt(file, offset + names * size, 64);
  if (header.length < 64) return false;
  const length = Math.min(Number(header.readBigUInt64LE(32)), MOST_NAMES);
  return readAt(file, Number(header.readBigUInt64LE(24)), length).includes('.uml.');
}

const MOST_NAMES = 65_536;

function readAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
}
