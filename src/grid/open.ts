import path from 'node:path';
import type { Instant } from '../base/clock.ts';
import type { Host } from '../host/host.ts';
import { type CredentialPaths, readCredentials } from './arc/credentials.ts';
import { arcTarget } from './arc/target.ts';
import { GridError } from './errors.ts';
import { localTarget } from './local/target.ts';
import type { TargetSpec } from './records/record.ts';
import { slurmTarget } from './slurm/target.ts';
import type { Target } from './target.ts';

export interface OpenOptions {
  readonly now: Instant;
  /** Credentials for specs that name none. */
  readonly credentials: CredentialPaths;
  /** Where jobs in a directory are kept, by the kind of their target. */
  readonly base: string;
  readonly host: Host;
  /** The whole environment of jobs on this machine. */
  readonly environment: Readonly<Record<string, string>>;
}

const DEADLINE = 60;
const GRACE = 20;

/** @throws {GridError} */
export function openTarget(spec: TargetSpec, options: OpenOptions): Target {
  const { now, environment, host } = options;
  const base = path.join(options.base, spec.kind);
  if (spec.kind === 'local') return localTarget({ base, environment, grace: GRACE });
  if (spec.kind === 'slurm') return slurmTarget({ host, base, deadline: DEADLINE });
  const credentials = readCredentials(merge(options.credentials, spec.credentials), now);
  return arcTarget({ endpoint: new URL(spec.url), credentials, deadline: DEADLINE });
}

/** Who names who we are names all of it. */
function merge(base: CredentialPaths, own: CredentialPaths): CredentialPaths {
  const isNamed = own.proxy ?? own.certificate ?? own.token;
  const { authorities } = base;
  if (isNamed === undefined) return { ...base, ...own };
  return { ...(authorities !== undefined && { authorities }), ...own };
}

/**
 * @param text `local`, `slurm`, or the address of an ARC service: `https://HOST[:PORT][/arex]`.
 * @throws {GridError} `TARGET_UNKNOWN`
 */
export function parseTarget(text: string, credentials: CredentialPaths): TargetSpec {
  if (text === 'local' || text === 'slurm') return { kind: text };
  const found = /^(?:arc:)?(?<url>https:\/\/.+)$/.exec(text)?.groups?.url;
  const url = found !== undefined && URL.canParse(found) ? new URL(found) : undefined;
  if (!url) throw unknown(text);
  const room = url.pathname.replace(/\/+$/, '') || '/arex';
  return { kind: 'arc', url: `${url.origin}${room}`, credentials };
}

function unknown(text: string): GridError {
  return new GridError(
    `Cannot use the target "${text}": expected "local", "slurm" or an address such as https://ce.example.org/arex`,
    { kind: 'usage', code: 'TARGET_UNKNOWN' },
  );
}
