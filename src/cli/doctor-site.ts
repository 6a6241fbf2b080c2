import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bytes } from '../base/units.ts';
import { VERSION } from '../base/version.ts';
import type { JobLayer } from '../config/job.ts';
import { renderReport } from '../doctor/render.ts';
import { readProbe, SiteError, type SiteReport } from '../doctor/site.ts';
import { describeJob } from '../grid/describe.ts';
import { GridError } from '../grid/errors.ts';
import { isOver, type Seen } from '../grid/look.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import { planProbe, stageJob } from '../grid/sandbox.ts';
import { parseTarget, targetName } from '../grid/spec.ts';
import type { Reach } from '../grid/wrapper.ts';
import { type CredentialFlags, givenCredentials } from './credentials.ts';
import type { Deps } from './deps.ts';
import { atDesk, type GridDesk } from './grid-desk.ts';
import { interruptible } from './interrupt.ts';
import { kill } from './job-end.ts';
import { held } from './job-held.ts';
import { lookOnce } from './job-wait.ts';

export interface SiteFlags extends CredentialFlags {
  readonly site: string;
  readonly via?: string;
  readonly rte?: string;
  readonly image?: string;
  readonly shipImage?: string;
  readonly shipKernel?: string;
  readonly queue?: string;
  readonly mem?: Bytes;
  readonly json?: boolean;
  readonly quiet: boolean;
}

/** What the site's own run-time environment is called, unless the user says so. */
const USUAL_RTE = 'APPS/BIO/APPPOT-1.0';
const PROBE_TIME = 300;

/** @returns whether guests can run on the worker that the site chose. */
export async function examineSite(flags: SiteFlags, deps: Deps): Promise<boolean> {
  const spec = parseTarget(flags.site, givenCredentials(flags), flags.via);
  let report: SiteReport | undefined;
  await interruptible(deps, (signal) =>
    atDesk(deps, async (desk) => {
      report = await probe(spec, flags, desk, signal);
    }),
  );
  if (report === undefined) return true;
  const target = targetName(spec);
  const where = `on ${report.host} of ${target}`;
  const data = { format: 'apppot-doctor-site-1', version: VERSION, target, ...report };
  deps.output(flags.json).result(data, renderReport(report, flags.quiet, where));
  return report.usable;
}

/** The job is forgotten in any case, and ended if it still runs. */
async function probe(
  spec: TargetSpec,
  flags: SiteFlags,
  desk: GridDesk,
  signal: AbortSignal,
): Promise<SiteReport> {
  const description = describeJob([layerOf(flags)]);
  const submit = await desk.submitter([spec], 1);
  const plan = planProbe(description, reachOf(spec));
  const stage = async (directory: string): Promise<string> =>
    (await stageJob(description, plan, { mark: '', directory })).wrapper;
  const record = await desk.store.create({ description, targets: [spec], stage });
  try {
    await submit(record);
    return readProbe(await printed(await finished(record, desk, signal), desk));
  } finally {
    await forget(record, desk);
  }
}

function layerOf({ rte, image, shipImage, shipKernel, queue, mem }: SiteFlags): JobLayer {
  const names = {
    ...(rte !== undefined && { rte }),
    ...(image !== undefined && { image }),
    ...(shipImage !== undefined && { 'ship-image': shipImage }),
  };
  return {
    ...(Object.keys(names).length === 0 ? { rte: USUAL_RTE } : names),
    ...{ name: 'apppot-probe', 'wall-time': PROBE_TIME, queue, mem, 'ship-kernel': shipKernel },
  };
}

function reachOf(spec: TargetSpec): Reach | undefined {
  if (!('url' in spec)) return undefined;
  const { hostname, port } = new URL(spec.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
}

const FIRST_MS = 250;
const LAST_MS = 5_000;

async function finished(record: JobRecord, desk: GridDesk, signal: AbortSignal): Promise<Seen> {
  for (let pause = FIRST_MS; ; pause = Math.min(pause * 1.2, LAST_MS)) {
    signal.throwIfAborted();
    const seen = await lookOnce(record, desk);
    if (isOver(seen.status)) return seen;
    await sleep(pause, undefined, { signal });
  }
}

/** Also of a job that failed: it may have said why. */
async function printed(seen: Seen, desk: GridDesk): Promise<string> {
  const { target, handle, status, record } = held(seen, desk);
  const directory = mkdtempSync(join(tmpdir(), 'apppot-probe-'));
  try {
    const to = join(directory, 'stdout');
    await target.fetch(handle, record.description.stdout, to);
    const text = readFileSync(to, 'utf8');
    if (text !== '') return text;
  } catch (error) {
    if (!(error instanceof GridError && error.code === 'OUTPUT_MISSING')) throw error;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const reason = status.reason ?? `it ended with status ${status.exitStatus}`;
  throw new SiteError(
    `Cannot examine the site: its job printed nothing, ${status.state}: ${reason}`,
    {
      kind: 'remote',
      code: 'PROBE_SILENT',
      hint: 'Look at what the site says of its jobs; it may not run any.',
    },
  );
}

async function forget(record: JobRecord, desk: GridDesk): Promise<void> {
  try {
    await kill([await desk.store.again(record)], desk);
    const { attempt, status } = await lookOnce(record, desk);
    if (attempt?.handle !== undefined && isOver(status)) {
      await desk.open(attempt.target).clean(attempt.handle);
    }
    if (isOver(status)) await desk.store.remove(record);
  } catch (error) {
    // Left in the list of jobs, for the user to look after.
    if (!(error instanceof GridError)) throw error;
  }
}
