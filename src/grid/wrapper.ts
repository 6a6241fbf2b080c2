/**
 * The script that runs a job's guest on a worker: it chooses there what a start plan decides here.
 *
 * Every way in which it may choose is planned here, with stand-ins for what only the worker knows; so
 * the words for kernel and sandbox are those of any other start.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import { VERSION } from '../base/version.ts';
import { bindWords, planSettings } from '../launch/control.ts';
import type { Bind, Confinement, MemoryPlace, Network, StartPlan } from '../launch/launch.ts';
import { helpers } from '../launch/net/helpers.ts';
import { guestWords, hostPart, renderSign, START_PARTS } from '../launch/script.ts';
import { quote, renderFunction } from '../launch/shell.ts';
import { SIGNS } from '../launch/signs.ts';
import { become, STAND_INS, shellWord } from '../launch/stand-ins.ts';
import { diskLinks, instancePaths } from '../launch/words.ts';
import type { JobDescription } from './description.ts';

const PARTS = ['grid/worker.sh', 'grid/choose.sh', 'grid/job.sh'] as const;
const WATCH_PARTS = ['instance.sh', 'grid/watch.sh'] as const;

const PATHS = instancePaths(STAND_INS.instance);

/** From being asked to end until the job is killed. */
const GRACE: Seconds = 8;

/** What a guest writes at the very least: its own log and accounts. */
const LEAST_DISK_KB = 16 * 1_024;

/**
 * @param base Digest of what the changes bundle was made on; empty when there is none.
 * @returns a POSIX script that needs no arguments, no Node.js and no root.
 */
export function renderWrapper(description: JobDescription, base: string): string {
  return render(description, base, PARTS, 'run_job');
}

/**
 * @param reach Where the worker shall try to connect to.
 * @returns a script like a job's, which says what the worker has for guests.
 */
export function renderProbe(description: JobDescription, reach?: Reach): string {
  const { changes: _, saveChanges: __, stdin: ___, ...plain } = description;
  const values = `probe_host=${quote(reach?.host ?? '')} probe_port=${reach?.port ?? ''}`;
  return render(plain, '', [...PARTS, 'grid/probe.sh'], `${values}\nrun_probe`);
}

/** A server that the submitter uses. */
export interface Reach {
  readonly host: string;
  readonly port: number;
}

function render(
  description: JobDescription,
  base: string,
  parts: readonly string[],
  start: string,
): string {
  return [
    '#!/bin/sh',
    `# Runs a job in a guest, on a worker without apppot; made by apppot ${VERSION}.`,
    'set -u',
    ...renderValues(description, base),
    ...renderPlans(templateOf(description)),
    "watch_program() {\n  cat <<'END-OF-WATCH'",
    ...WATCH_PARTS.map(hostPart),
    'END-OF-WATCH\n}',
    '',
    ...[...START_PARTS, ...parts].map(hostPart),
    start,
    '',
  ].join('\n');
}

function renderValues(description: JobDescription, base: string): string[] {
  const { image, kernel, changes, resources, saveChanges, stdin } = description;
  const { wallTime, memory, disk } = resources;
  const { keeping, margin } = endTimes(wallTime, saveChanges !== undefined);
  const path = image.kind === 'site' ? image.path : '';
  return [
    `name=apppot.$$ disk=temporary cow='' grace=${GRACE} keeping=${keeping}`,
    `boot_timeout='' watchdog='' as_root=${description.asRoot ? 1 : "''"}`,
    `image_from=${image.kind} image=${quote(path)} image_name=apppot-job.image`,
    `kernel_name=${kernel === undefined ? "''" : 'apppot-job.kernel'}`,
    `changes_name=${changes === undefined ? "''" : 'apppot-job.changes'} base=${quote(base)}`,
    `memory_size=${memory} disk_size=${disk === undefined ? LEAST_DISK_KB : Math.ceil(disk / 1_024)}`,
    `wall_time=${wallTime === undefined ? "''" : Math.floor(wallTime)} margin=${margin}`,
    `keep=${quote(saveChanges ?? '')} stdin=${quote(stdin ?? '')}`,
  ];
}

/** How long before the end of its time a guest is asked to end, and what of that is for a bundle. */
export function endTimes(
  wallTime: Seconds | undefined,
  isKept: boolean,
): { readonly keeping: Seconds; readonly margin: Seconds } {
  const half = Math.floor((wallTime ?? 2 * LONGEST_KEEPING) / 2);
  const share = Math.min(Math.max(Math.floor(half / 5), LEAST_KEEPING), LONGEST_KEEPING);
  const keeping = isKept ? share : 0;
  return { keeping, margin: Math.min(half, GRACE + keeping + REST) };
}

const LEAST_KEEPING: Seconds = 60;
const LONGEST_KEEPING: Seconds = 900;
/** For the kernel to end, and to clear up. */
const REST: Seconds = 12;

function toBind(bind: Bind): Bind {
  return bind.host.startsWith('/') ? bind : { ...bind, host: `${STAND_INS.jobdir}/${bind.host}` };
}

function templateOf({ resources, changes, binds = [] }: JobDescription): StartPlan {
  return {
    name: STAND_INS.name,
    kernel: STAND_INS.kernel,
    image: STAND_INS.image,
    disk: { kind: 'temporary' },
    memory: resources.memory,
    network: { kind: 'none' },
    segments: [],
    confinement: CONFINEMENTS[1],
    temporary: STAND_INS.instance,
    memoryPlace: 'shared',
    jobdir: STAND_INS.jobdir,
    binds: binds.map(toBind),
    ...(changes === undefined ? {} : { changes: STAND_INS.changes }),
    command: [],
    environment: {},
    caller: { uid: 0, gid: 0, user: '', group: '', umask: 0 },
    // The last one counts.
    extra: [`root=${STAND_INS.root}`],
    grace: GRACE,
  };
}

const CONFINEMENTS = [
  { kind: 'bwrap', program: STAND_INS.sandbox },
  { kind: 'none', reason: '' },
] as const satisfies readonly Confinement[];

const NETWORKS = [
  { kind: 'slirp4netns', program: STAND_INS.network },
  { kind: 'slirp', program: STAND_INS.network },
  { kind: 'none' },
] as const satisfies readonly Network[];

const PLACES: readonly MemoryPlace[] = ['shared', 'temporary'];

/** A function for each choice, named after it. */
function renderPlans(template: StartPlan): string[] {
  return [
    ...CONFINEMENTS.flatMap((confinement) =>
      NETWORKS.flatMap((network) =>
        PLACES.map((memoryPlace) =>
          renderFunction(
            `run_guest_${confinement.kind}_${network.kind}_${memoryPlace}`,
            become(guestWords({ ...template, confinement, network, memoryPlace }, PATHS, false)),
          ),
        ),
      ),
    ),
    ...CONFINEMENTS.map((confinement) =>
      renderFunction(
        `make_links_${confinement.kind}`,
        diskLinks({ ...template, confinement }, PATHS).map(
          (link) => `ln -s ${link.map(shellWord).join(' ')}`,
        ),
      ),
    ),
    ...NETWORKS.map((network) =>
      renderFunction(
        `plan_settings_${network.kind}`,
        planSettings({ ...template, network }).map(printWord),
      ),
    ),
    ...helpers({ network: NETWORKS[0], segments: [] }, PATHS).map(({ argv }) =>
      renderFunction('run_helper_0', become(argv)),
    ),
    renderFunction('plan_binds', bindWords(template).map(printWord)),
    renderFunction('signs', SIGNS.map(renderSign)),
  ];
}

function printWord(word: string): string {
  return `printf '%s\\0' ${shellWord(word)}`;
}
