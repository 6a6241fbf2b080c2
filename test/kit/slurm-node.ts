import { readFileSync } from 'node:fs';
import type { Slurm } from './slurm.ts';

/** What is of `master` alone. */
const OWN =
  /^(AuthInfo|StateSaveLocation|Slurmd?(SpoolDir|PidFile|LogFile)|Slurmctld(PidFile|LogFile))=/;

/** The text of a cluster's slurm.conf, with a node's own paths. */
export function nodesConfiguration({ configuration }: Slurm): string {
  const kept = readFileSync(configuration, 'utf8')
    .split('\n')
    .filter((line) => !OWN.test(line));
  return `${kept.join('\n')}\nSlurmdSpoolDir=/var/spool/slurmd\nSlurmdPidFile=/run/slurmd.pid\n`;
}
