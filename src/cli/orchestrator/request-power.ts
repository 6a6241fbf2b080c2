import { readFile } from 'node:fs/promises';
import { checkHostName } from '../../batch/host-name.ts';
import { expandHosts } from '../../batch/slurm/host-list.ts';
import { jobsByHost } from '../../batch/slurm/resume-file.ts';
import { systemClock } from '../../host/system-clock.ts';
import type { HostName, JobId } from '../../model/job.ts';
import { OrchestratorError } from '../../orchestrator/errors.ts';
import type { Settings } from '../../orchestrator/reload/messages.ts';
import type { PowerKind } from '../../orchestrator/rows.ts';
import type { Deps } from '../deps.ts';
import { atStore } from './at-store.ts';
import type { FileFlags } from './file.ts';

/** Asks as Slurm does, which goes on at once: the orchestrator that works does it. */
export async function requestPower(
  kind: PowerKind,
  nodes: string,
  flags: FileFlags & { readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  const hosts = expandHosts(nodes || ' ').map(checkHostName);
  const jobs = kind === 'resume' ? await jobsOf(deps) : new Map<HostName, readonly JobId[]>();
  await atStore(flags, deps, (store, settings) => {
    demandPowerSaving(settings, flags.config);
    const at = systemClock.now();
    const asked = hosts.map((node) => {
      const ofNode = jobs.get(node);
      const request = { at, kind, node, by: 'Slurm', ...(ofNode && { jobs: ofNode }) };
      return { node, request: store.request(request) };
    });
    const text = `asked for in the next cycle: ${kind} ${hosts.join(', ')}`;
    deps.output(flags.json).result({ kind, asked }, text);
  });
}

/** Slurm takes the file away when its program has ended; without one nobody knows. */
async function jobsOf({ env }: Deps): Promise<ReadonlyMap<HostName, readonly JobId[]>> {
  const path = env.SLURM_RESUME_FILE;
  const text = path ? await readFile(path, 'utf8').catch(() => '') : '';
  return jobsByHost(text);
}

function demandPowerSaving({ batch }: Settings, file: string): void {
  if (batch.kind === 'slurm' && batch.powerSaving) return;
  throw new OrchestratorError(`Cannot do what Slurm asks for: "${file}" has policies decide`, {
    kind: 'conflict',
    code: 'KIND_UNAVAILABLE',
    hint: 'Set "power-saving: true" in its section "batch", and leave out the policies.',
  });
}
