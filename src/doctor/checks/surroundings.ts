import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { type Check, type Finding, ok, warn } from '../check.ts';
import type { Place } from '../place.ts';

export const SURROUNDINGS: readonly Check[] = [
  { id: 'processors', group: 'other', title: 'processors', look: lookAtProcessors },
  { id: 'terminal', group: 'other', title: 'TERM', look: lookAtTerminal },
  { id: 'batch', group: 'other', title: 'batch system', look: lookAtBatch },
  { id: 'container', group: 'other', title: 'container', look: lookAtContainer },
];

function lookAtProcessors({ read }: Place): Finding {
  const count = availableParallelism();
  const load = Number.parseFloat(read('/proc/loadavg') ?? '0');
  const found = `${count} × ${cpus()[0]?.model.trim() ?? process.arch}, load ${load.toFixed(1)}`;
  if (load < 2 * count) return ok(found);
  return warn(found, 'Others keep this machine busy: expect guests to be slow.');
}

function lookAtTerminal({ env: { TERM: term }, hasTerminal }: Place): Finding {
  if (term) return ok(term);
  if (!hasTerminal) return ok('not set, and no terminal here');
  return warn('not set', 'Set it for shells in guests: --env TERM=xterm');
}

/** The variable that each sets for its jobs. */
const BATCH_SYSTEMS: Readonly<Record<string, string>> = {
  SLURM_JOB_ID: 'Slurm',
  PBS_JOBID: 'PBS',
  LSB_JOBID: 'LSF',
  _CONDOR_SCRATCH_DIR: 'HTCondor',
  OAR_JOB_ID: 'OAR',
  GRID_GLOBAL_JOBID: 'ARC',
  SGE_ROOT: 'Grid Engine',
};

function lookAtBatch({ env }: Place): Finding {
  const found = Object.entries(BATCH_SYSTEMS).filter(([variable]) => env[variable]);
  if (found.length === 0) return ok('this is no job of one');
  return ok(`a job of ${found.map(([, name]) => name).join(', ')}`);
}

const MARKS: Readonly<Record<string, string>> = {
  '/.dockerenv': 'Docker',
  '/run/.containerenv': 'Podman',
  '/.singularity.d': 'Apptainer',
};

function lookAtContainer({ env }: Place): Finding {
  const mark = Object.keys(MARKS).find((path) => existsSync(path));
  const name = (mark && MARKS[mark]) ?? env.container;
  return name ? ok(`inside ${name}`) : ok('none found');
}
