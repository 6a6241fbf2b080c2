import { Command, Option } from 'commander';
import type { Bytes } from '../base/units.ts';
import { VERSION } from '../base/version.ts';
import { CHECKS, TRIALS } from '../doctor/checks.ts';
import { examine } from '../doctor/examine.ts';
import { renderReport } from '../doctor/render.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import type { Deps } from './deps.ts';
import { interruptible } from './interrupt.ts';
import { parseMemory } from './memory.ts';
import { placeOf } from './place.ts';

interface DoctorFlags {
  readonly image?: string;
  readonly kernel?: string;
  readonly mem?: Bytes;
  readonly confine: ConfinementWish;
  readonly unconfined: boolean;
  readonly json?: boolean;
  readonly quiet: boolean;
}

/** Guests cannot run here: no failure of ours. See `docs/exit-status.md`. */
const UNUSABLE = 7;

/** `apppot doctor` */
export function doctorCommand(deps: Deps): Command {
  return new Command('doctor')
    .description('find out whether guests can run here, and what to do where they cannot')
    .option('--image <path>', 'check this image, too, and start it (APPPOT_IMAGE)')
    .option('--mem <size>', 'memory that guests shall have (APPPOT_MEM, 512M)', parseMemory)
    .option('--kernel <program>', 'kernel program (APPPOT_KERNEL, ./linux, linux)')
    .addOption(
      new Option('--confine <how>', "what keeps a guest's root from your files")
        .choices(['auto', 'bwrap', 'landlock', 'none'])
        .default('auto'),
    )
    .option('--unconfined', 'the same as --confine none', false)
    .option('--json', 'print the report as JSON')
    .option('-q, --quiet', 'print only what is not well', false)
    .action(async (flags: DoctorFlags) => doctor(flags, deps));
}

async function doctor(flags: DoctorFlags, deps: Deps): Promise<void> {
  await interruptible(deps, async (signal) => {
    const report = await examine(placeOf(flags, deps, signal), CHECKS, TRIALS);
    signal.throwIfAborted();
    const data = { format: 'apppot-doctor-1', version: VERSION, date: new Date(), ...report };
    deps.output(flags.json).result(data, renderReport(report, flags.quiet));
    if (!report.usable) deps.setStatus(UNUSABLE);
  });
}
