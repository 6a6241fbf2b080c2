import { once } from 'node:events';
import { Command } from 'commander';
import { findGuest } from '../guests/find.ts';
import { readLog } from '../guests/logs.ts';
import type { Deps } from './deps.ts';
import { ownParents } from './guests.ts';
import { parseCount } from './numbers.ts';

interface Flags {
  readonly follow: boolean;
  readonly lines?: number;
}

/** `apppot logs` */
export function logsCommand(deps: Deps): Command {
  return new Command('logs')
    .description('show what the kernel and console of a guest say')
    .argument('<name>', 'guest, as "apppot ps" lists it')
    .option('-f, --follow', 'go on until the guest ends', false)
    .option('-n, --lines <count>', 'only so many of the last lines', parseCount)
    .action(async (name: string, flags: Flags) => {
      const { stdout } = process;
      for await (const piece of readLog(findGuest(ownParents(deps), name), flags)) {
        const text = stdout.isTTY ? harmless(piece) : piece;
        if (!stdout.write(text)) await once(stdout, 'drain');
      }
    });
}

/** A guest must not play with the terminal of whoever reads what it says. */
function harmless(piece: Uint8Array): Uint8Array {
  return piece.map((byte) => ((byte < 0x20 && !LAYOUT.has(byte)) || byte === 0x7f ? 0x3f : byte));
}

/** Tab, new line, carriage return. */
const LAYOUT: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d]);
