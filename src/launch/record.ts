/**
 * What was started, kept beside a guest for those who list guests. Format: `docs/formats/instance.md`.
 *
 * @module
 */

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { VERSION } from '../base/version.ts';
import type { Disk, Network, Publication, Segment, StartPlan } from './launch.ts';

export interface StartRecord {
  /** Of this format. */
  readonly format: 1;
  /** Of the program that made it. */
  readonly apppot: string;
  readonly kernel: string;
  readonly image: string;
  readonly disk: Disk;
  /** In bytes. */
  readonly memory: number;
  readonly network: Network;
  /** Ports that the owner leads in itself. */
  readonly relays?: readonly Publication[];
  /** Private networks that it shares with other guests. */
  readonly segments: readonly Pick<Segment, 'kind' | 'address' | 'prefix'>[];
  readonly confined: boolean;
  readonly jobdir?: string;
  readonly changes?: string;
  readonly command: readonly string[];
  /** In seconds. */
  readonly timeout?: number;
}

export function renderRecord(plan: StartPlan): string {
  const { kernel, image, disk, memory, network, relays, jobdir, changes, command, timeout } = plan;
  const confined = plan.confinement.kind !== 'none';
  const record: StartRecord = {
    format: 1,
    apppot: VERSION,
    ...{ kernel, image, disk, memory, network, confined },
    ...(relays !== undefined && { relays }),
    segments: plan.segments.map(({ kind, address, prefix }) => ({ kind, address, prefix })),
    ...(jobdir !== undefined && { jobdir }),
    ...(changes !== undefined && { changes }),
    command,
    ...(timeout !== undefined && { timeout }),
  };
  return `${JSON.stringify(record)}\n`;
}

/** Others see the whole record, or none. */
export function writeRecord(path: string, plan: StartPlan): void {
  writeFileSync(`${path}.new`, renderRecord(plan), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** @throws an error whose message says what is wrong with the file. */
export function readRecord(path: string): StartRecord {
  const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (isRecord(found)) return found;
  throw new Error('it is no record of format 1');
}

function isRecord(value: unknown): value is StartRecord {
  const { format, image, command, disk, network } = (value ?? {}) as Partial<StartRecord>;
  return (
    format === 1 &&
    typeof image === 'string' &&
    Array.isArray(command) &&
    typeof disk?.kind === 'string' &&
    typeof network?.kind === 'string'
  );
}
