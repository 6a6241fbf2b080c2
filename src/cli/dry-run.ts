import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderAdl } from '../grid/adl.ts';
import { arcText } from '../grid/arc/target.ts';
import { arcRequest } from '../grid/arc-request.ts';
import type { JobDescription } from '../grid/description.ts';
import type { TargetSpec } from '../grid/records/record.ts';
import { planSandbox, type SandboxPlan, stageJob } from '../grid/sandbox.ts';
import { sentText } from '../grid/sent.ts';
import type { StagedJob } from '../grid/target.ts';
import { travellingFiles } from '../grid/travelling.ts';

/** What can be looked at before anything is sent. */
export const PRINTABLE = ['xrsl', 'adl', 'script', 'command', 'files'] as const;

export type Printable = (typeof PRINTABLE)[number];

/** Exactly what a target would get; the mark differs from time to time. */
export async function renderSent(
  description: JobDescription,
  target: TargetSpec,
  what?: Printable,
): Promise<string> {
  const plan = await planSandbox(description);
  const directory = mkdtempSync(join(tmpdir(), 'apppot-dry-run-'));
  try {
    const staged = await stageJob(description, plan, { mark: 'apppot-dry-run', directory });
    return await render(staged, plan, target, what);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function render(
  job: StagedJob,
  plan: SandboxPlan,
  target: TargetSpec,
  what: Printable | undefined,
): Promise<string> {
  if (what === undefined) return sentText(job, target);
  if (what === 'xrsl') return arcText(job);
  if (what === 'adl') return renderAdl(arcRequest(job, travellingFiles(job.sandbox)));
  if (what === 'script') return wrapperOf(plan);
  if (what === 'command') return `${JSON.stringify(job.description.command)}\n`;
  return renderFiles(plan);
}

/** What runs on the worker. */
function wrapperOf({ files, wrapper }: SandboxPlan): string {
  const source = files.find(({ name }) => name === wrapper)?.source;
  return source?.kind === 'text' ? source.text : '';
}

function renderFiles({ files, remote }: SandboxPlan): string {
  const rows = [
    ...files.map(
      ({ name, source }) => `${name}${source.kind === 'file' ? `\t${source.path}` : ''}`,
    ),
    ...remote.map(({ name, url }) => `${name}\t${url}`),
  ];
  return `${rows.join('\n')}\n`;
}
