/**
 * Nodes that are jobs of another cluster or grid, and nodes on other machines.
 *
 * @module
 */

import { join } from 'node:path';
import type { PoolConfig, ProviderConfig } from '../../config/orchestrator/schema.ts';
import type { CredentialPaths } from '../../grid/arc/credentials.ts';
import type { ImageChoice } from '../../grid/description.ts';
import type { TargetSpec } from '../../grid/records/record.ts';
import type { MarkedTarget, Target } from '../../grid/target.ts';
import { jobProvider } from '../../provider/job-provider.ts';
import type { Provider } from '../../provider/provider.ts';
import { sshProvider } from '../../provider/ssh.ts';
import { OrchestratorError } from '../errors.ts';
import type { Place } from './place.ts';

type Of<Kind extends ProviderConfig['kind']> = Extract<ProviderConfig, { readonly kind: Kind }>;

/** Temporary files of guests on other machines. */
const TEMPORARY = '/tmp';

export function openSsh(
  config: Of<'ssh'>,
  pool: PoolConfig,
  memory: number,
  place: Place,
): Provider {
  const { hosts, image, directory, nodesPerHost = 0, binds } = config;
  return sshProvider({
    ...{ name: pool.name, memory, temporary: TEMPORARY, most: nodesPerHost, now: place.clock.now },
    image: { kind: 'site', path: image },
    machines: hosts.map((host) => place.connect(host)),
    ...(directory !== undefined && { directory }),
    ...(binds !== undefined && { binds: binds.map(toBind) }),
  });
}

export function openJobs(
  config: Of<'arc'> | Of<'slurm'> | Of<'gridengine'>,
  pool: PoolConfig,
  memory: number,
  state: string,
  place: Place,
): Provider {
  const directory = join(state, 'jobs', pool.name);
  const { wallTime, queue } = config;
  return jobProvider({
    ...{ name: pool.name, directory, memory, now: place.clock.now },
    image: imageOf(config, pool.name),
    target: marked(place.openTarget(specOf(config), directory), config.kind),
    ...(wallTime !== undefined && { wallTime }),
    ...(queue !== undefined && { queue }),
  });
}

function specOf(config: Of<'arc'> | Of<'slurm'> | Of<'gridengine'>): TargetSpec {
  if (config.kind === 'arc') {
    return { kind: 'arc', url: config.to, credentials: credentialsOf(config) };
  }
  return { kind: config.kind, ...(config.via !== undefined && { via: config.via }) };
}

function credentialsOf({ proxy, cert, key, tokenFile, caDir }: Of<'arc'>): CredentialPaths {
  return {
    ...(proxy !== undefined && { proxy }),
    ...(cert !== undefined && { certificate: cert }),
    ...(key !== undefined && { key }),
    ...(tokenFile !== undefined && { token: tokenFile }),
    ...(caDir !== undefined && { authorities: caDir }),
  };
}

function imageOf(config: Of<'arc'> | Of<'slurm'> | Of<'gridengine'>, pool: string): ImageChoice {
  if (config.kind === 'arc' && config.rte !== undefined) return { kind: 'rte', name: config.rte };
  if (config.image !== undefined) return { kind: 'site', path: config.image };
  const wanted = config.kind === 'arc' ? '"rte" or "image"' : '"image"';
  throw new OrchestratorError(`Cannot use the pool "${pool}": its provider names no ${wanted}`, {
    kind: 'usage',
    code: 'KIND_UNAVAILABLE',
  });
}

/** All that stand for nodes can tell what they have of ours. */
function marked(target: Target, kind: string): MarkedTarget {
  if ('all' in target) return target as MarkedTarget;
  throw new OrchestratorError(`Cannot start nodes as jobs of "${kind}": it does not list them`, {
    kind: 'usage',
    code: 'KIND_UNAVAILABLE',
  });
}

function toBind(text: string): { readonly host: string; readonly guest: string } {
  const [host = '', guest = host] = text.split(':');
  return { host, guest };
}
