import { Command, InvalidArgumentError, Option } from 'commander';
import type { Bytes } from '../base/units.ts';
import { VERSION } from '../base/version.ts';
import { runBench } from '../doctor/bench/bench.ts';
import { renderBench } from '../doctor/bench/render.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import type { Deps } from './deps.ts';
import { interruptible } from './interrupt.ts';
import { parseMemory } from './memory.ts';
import { placeOf } from './place.ts';

interface BenchFlags {
  readonly image?: string;
  readonly kernel?: string;
  readonly mem?: Bytes;
  readonly confine: ConfinementWish;
  readonly unconfined: boolean;
  readonly rounds: number;
  readonly qemu: boolean;
  readonly qemuKernel?: string;
  readonly json?: boolean;
  readonly quiet: boolean;
}

/** `apppot bench` */
export function benchCommand(deps: Deps): Command {
  return new Command('bench')
    .description('measure how fast guests are on this machine, and what they are good for')
    .option('--image <path>', 'what to start (APPPOT_IMAGE, ./apppot.img, or none: then no disk)')
    .option('--mem <size>', 'memory of the guest (APPPOT_MEM, 512M)', parseMemory)
    .option('--kernel <program>', 'kernel program (APPPOT_KERNEL, ./linux, linux)')
    .addOption(
      new Option('--confine <how>', "what keeps the guest's root from your files")
        .choices(['auto', 'bwrap', 'landlock', 'none'])
        .default('auto'),
    )
    .option('--unconfined', 'the same as --confine none', false)
    .option('--rounds <number>', 'how often everything is measured', parseRounds, 3)
    .option('--qemu-kernel <path>', 'Linux kernel for QEMU (the newest of /boot)')
    .option('--no-qemu', 'do not compare with QEMU where it is installed')
    .option('--json', 'print the figures as JSON')
    .option('-q, --quiet', 'no progress', false)
    .action(async (flags: BenchFlags) => bench(flags, deps));
}

async function bench(flags: BenchFlags, deps: Deps): Promise<void> {
  const { rounds } = flags;
  const { note } = deps.output();
  const onRound = (round: number): void => note(`round ${round} of ${rounds}`);
  await interruptible(deps, async (signal) => {
    const place = placeOf(flags, deps, signal);
    const report = await runBench(place, {
      ...{ rounds, qemu: flags.qemu },
      ...(flags.qemuKernel !== undefined && { qemuKernel: flags.qemuKernel }),
      ...(!flags.quiet && { onRound }),
    });
    const data = { format: 'apppot-bench-1', version: VERSION, ...report };
    deps.output(flags.json).result(data, renderBench(report));
  });
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 99) return rounds;
  throw new InvalidArgumentError('a number from 1 to 99 is wanted');
}
