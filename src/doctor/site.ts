/**
 * What a probe said of a worker, as a report like that of this machine. Source: `image/host/grid/probe.sh`.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';
import { CHECKS, TRIALS } from './checks.ts';
import type { Line, Report } from './examine.ts';

export type SiteCode = 'PROBE_MALFORMED' | 'PROBE_SILENT';

export class SiteError extends AppPotError<SiteCode> {}

export interface SiteReport extends Report {
  /** The worker's name. */
  readonly host: string;
}

/** What is looked at on workers only. */
const OF_WORKERS: readonly Pick<Line, 'id' | 'group' | 'title'>[] = [
  { id: 'exec', group: 'memory', title: 'execution' },
  { id: 'quota', group: 'files', title: 'quota' },
  { id: 'ports', group: 'network', title: 'ports' },
];

/**
 * @param text What the probe's job printed.
 * @throws {SiteError} `PROBE_MALFORMED`
 */
export function readProbe(text: string): SiteReport {
  const values = new Map(
    [...text.matchAll(/^([\w.-]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  if (values.get('probe') !== '1') throw malformed(text);
  const lines = [...CHECKS, ...OF_WORKERS, ...TRIALS].flatMap(({ id, group, title }): Line[] => {
    const verdict = values.get(`${id}.verdict`);
    const line = { id, group, title, found: values.get(`${id}.found`) ?? '' };
    const remedy = values.get(`${id}.remedy`) ?? '';
    if (verdict === 'ok') return [{ ...line, verdict }];
    return verdict === 'warn' || verdict === 'fail' ? [{ ...line, verdict, remedy }] : [];
  });
  const usable = lines.every(({ verdict }) => verdict !== 'fail');
  return { host: values.get('host') ?? 'unknown', usable, lines };
}

function malformed(text: string): SiteError {
  const first = text.split('\n')[0] ?? '';
  return new SiteError(`Cannot read what the probe printed: it begins with "${first}"`, {
    kind: 'remote',
    code: 'PROBE_MALFORMED',
    hint: "Look at the job's stderr: it may not have been started at all.",
  });
}
