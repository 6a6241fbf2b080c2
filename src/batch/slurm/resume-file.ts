import type { HostName, JobId } from '../../model/job.ts';
import { expandHosts } from './host-list.ts';
import { numberOf, type Row, textOf } from './values.ts';

/**
 * The jobs that each host is resumed for. Source: slurm.conf(5), `SLURM_RESUME_FILE`; 22.05 has `nodes` where later versions
 * have `nodes_resume` beside `nodes_alloc`.
 *
 * @param text JSON; what is something else tells nothing.
 */
export function jobsByHost(text: string): ReadonlyMap<HostName, readonly JobId[]> {
  const found = new Map<HostName, readonly JobId[]>();
  for (const row of rowsOf(text)) {
    const id = numberOf(row.job_id);
    if (id === undefined) continue;
    for (const host of expandHosts(textOf(row.nodes_resume ?? row.nodes))) {
      found.set(host, [...(found.get(host) ?? []), String(id)]);
    }
  }
  return found;
}

function rowsOf(text: string): readonly Row[] {
  try {
    const { jobs } = JSON.parse(text) as { readonly jobs?: unknown };
    return Array.isArray(jobs) ? jobs.filter((job) => typeof job === 'object' && job !== null) : [];
  } catch {
    return [];
  }
}
