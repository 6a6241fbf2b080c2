import type { Instant } from '../base/clock.ts';
import type { Host } from '../host/host.ts';
import { localMachine } from '../host/local-machine.ts';
import type { DistantMachine, Machine } from '../host/machine.ts';
import { sshMachine } from '../host/ssh/machine.ts';
import type { Caller } from '../host/ssh/settings.ts';
import { type CredentialPaths, readCredentials } from './arc/credentials.ts';
import { arcTarget } from './arc/target.ts';
import { arcCliTarget } from './arc-cli/target.ts';
import { gridEngineTarget } from './gridengine/target.ts';
import { distantProcesses, ownProcesses } from './local/processes.ts';
import { localTarget } from './local/target.ts';
import type { TargetSpec } from './records/record.ts';
import { slurmTarget } from './slurm/target.ts';
import { targetName } from './spec.ts';
import type { Target } from './target.ts';

export interface OpenOptions {
  readonly now: () => Instant;
  /** Credentials for specs that name none. */
  readonly credentials: CredentialPaths;
  /** Where jobs in a directory of this machine are kept, by the kind of their target. */
  readonly base: string;
  readonly host: Host;
  /** The whole environment of jobs on this machine. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who logs in to other machines. */
  readonly caller: Caller;
  /** Socket of an ssh agent. */
  readonly agent?: string | undefined;
}

const DEADLINE = 60;
const CONNECTING = 30;
const GRACE = 20;

/**
 * Nothing is connected yet.
 *
 * @throws {GridError}
 */
export function openTarget(spec: TargetSpec, options: OpenOptions): Target {
  const distant = spec.via === undefined ? undefined : machineOf(spec.via, options);
  const machine = distant ?? localMachine(options.host, options.caller.home);
  const name = spec.kind === 'arc' ? {} : { name: targetName(spec) };
  return { ...open(spec, machine, distant, options), ...name };
}

function open(
  spec: TargetSpec,
  machine: Machine,
  distant: DistantMachine | undefined,
  options: OpenOptions,
): Target {
  const { credentials, environment, now } = options;
  const common = {
    machine,
    deadline: DEADLINE,
    ...(distant === undefined && { base: options.base }),
  };
  switch (spec.kind) {
    case 'arc': {
      const read = readCredentials(merge(credentials, spec.credentials), now());
      const endpoint = new URL(spec.url);
      return arcTarget({ endpoint, credentials: read, deadline: DEADLINE, by: distant });
    }
    case 'arc-cli': {
      const own = distant === undefined ? merge(credentials, spec.credentials) : spec.credentials;
      return arcCliTarget({ ...common, ...spec, environment: arcEnvironment(own) });
    }
    case 'slurm':
      return slurmTarget(common);
    case 'gridengine': {
      const variables = Object.keys(environment).filter((name) => name.startsWith('APPPOT_'));
      return gridEngineTarget({
        ...common,
        now,
        names: spec,
        variables: distant === undefined ? variables : [],
      });
    }
    case 'local': {
      const processes =
        distant === undefined ? ownProcesses(environment) : distantProcesses(distant, DEADLINE);
      return localTarget({ ...common, processes, grace: GRACE });
    }
  }
}

/** By which ARC's programs find what we have. */
function arcEnvironment(paths: CredentialPaths): Record<string, string> {
  const { proxy, certificate, key, authorities } = paths;
  const all = {
    X509_USER_PROXY: proxy,
    X509_USER_CERT: certificate,
    X509_USER_KEY: key,
    X509_CERT_DIR: authorities,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])),
  );
}

/** Who names who we are names all of it. */
function merge(base: CredentialPaths, own: CredentialPaths): CredentialPaths {
  const isNamed = own.proxy ?? own.certificate ?? own.token;
  const { authorities } = base;
  if (isNamed === undefined) return { ...base, ...own };
  return { ...(authorities !== undefined && { authorities }), ...own };
}

function machineOf(destination: string, { caller, agent, host }: OpenOptions): DistantMachine {
  return sshMachine({ destination, caller, agent, deadline: CONNECTING, local: host });
}
