import { Command, Option } from 'commander';
import type { Bytes } from '../base/units.ts';
import { VERSION } from '../base/version.ts';
import { CHECKS, TRIALS } from '../doctor/checks.ts';
import { examine } from '../doctor/examine.ts';
import { renderReport } from '../doctor/render.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import { addCredentialOptions } from './credentials.ts';
import type { Deps } from './deps.ts';
import type { SiteFlags } from './doctor-site.ts';
import { interruptible } from './interrupt.ts';
import { parseMemory } from './memory.ts';
import { placeOf } from './place.ts';
import { apart, checkOptions, needs } from './snap-rules.ts';

interface DoctorFlags extends Omit<SiteFlags, 'site' | 'mem' | 'image'> {
  readonly site?: string;
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
  const command = new Command('doctor')
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
    .option('--site <target>', 'examine a worker of this site instead, by a short job')
    .option('--via <user@host>', 'use the site from this machine, over ssh')
    .option('--rte <name>', 'run-time environment of the site; default: APPS/BIO/APPPOT-1.0')
    .option('--ship-image <file>', 'base image that travels to the site')
    .option('--ship-kernel <file>', 'kernel that travels to the site')
    .option('--queue <queue>', 'queue of the site')
    .option('--json', 'print the report as JSON')
    .option('-q, --quiet', 'print only what is not well', false);
  addCredentialOptions(command);
  return command.action(async (flags: DoctorFlags) => {
    checkOptions(command, RULES, deps.program);
    const { site } = flags;
    if (site === undefined) return doctor(flags, deps);
    const { examineSite } = await import('./doctor-site.ts');
    if (!(await examineSite({ ...flags, site }, deps))) deps.setStatus(UNUSABLE);
  });
}

const OF_SITES = [
  'via',
  'rte',
  'ship-image',
  'ship-kernel',
  'queue',
  'proxy',
  'cert',
  'key',
  'token-file',
];
const RULES = [
  ...[...OF_SITES, 'ca-dir'].map((name) => needs(name, (has) => has('site'), '--site')),
  apart('site', ['kernel', 'confine', 'unconfined'], 'where the site decides'),
];

async function doctor(flags: DoctorFlags, deps: Deps): Promise<void> {
  await interruptible(deps, async (signal) => {
    const report = await examine(placeOf(flags, deps, signal), CHECKS, TRIALS);
    signal.throwIfAborted();
    const data = { format: 'apppot-doctor-1', version: VERSION, date: new Date(), ...report };
    deps.output(flags.json).result(data, renderReport(report, flags.quiet));
    if (!report.usable) deps.setStatus(UNUSABLE);
  });
}
