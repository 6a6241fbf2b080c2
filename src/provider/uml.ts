/**
 * Nodes that are User-Mode Linux processes of this machine, started apart from us: they go on when we end.
 *
 * @module
 */

import type { Instant } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';
import type { Host } from '../host/host.ts';
import type { Caller, StartPlan } from '../launch/launch.ts';
import type { NetworkRequest } from '../launch/net/choose.ts';
import { planStart } from '../launch/plan.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';
import { renderScript } from '../launch/script.ts';
import { guestPlace } from './guest-place.ts';
import { AGENT, guestProvider, TOLD } from './guest-provider.ts';
import { type Provider, ProviderError } from './provider.ts';

export interface UmlOptions {
  /** Name of the pool: how messages name it. */
  readonly name: string;
  readonly host: Host;
  /** Absolute path of a directory for nodes. */
  readonly base: string;
  /** `$TMPDIR` of guests. */
  readonly temporary: string;
  /** `$PATH` */
  readonly path: string;
  /** Whose processes guests are. */
  readonly caller: Caller;
  /** Whether that is somebody else than we, who are root. */
  readonly isOther: boolean;
  readonly image: string;
  readonly kernel?: string;
  readonly memory: Bytes;
  /** Most nodes at once; 0: as many as there is memory for. */
  readonly most: number;
  readonly network?: NetworkRequest;
  /** Host directories as `HOST:GUEST`, such as the homes of job users. */
  readonly binds?: readonly string[];
  readonly confine?: ConfinementWish;
  readonly now: () => Instant;
}

export function umlProvider(options: UmlOptions): Provider {
  const { name, host, base, temporary, caller, isOther, memory, most, now } = options;
  const user = isOther ? { user: `${caller.uid}:${caller.gid}` } : {};
  const place = guestPlace({ host, base, temporary, most, memory, ...user });
  return guestProvider({
    kind: 'uml',
    name,
    place,
    now,
    start: async (order) => {
      const guest = order.name.split('-').at(-1) ?? '';
      const plan = await planNode(options, guest).catch((cause) => Promise.reject(refusal(cause)));
      const told = { host: `${place.jobdir(order.name)}/node`, guest: TOLD, isReadOnly: false };
      const script = renderScript({ ...plan, binds: [...plan.binds, told] }, guest);
      return { script, files: new Map() };
    },
    check: () => planNode(options, 'check').then(warnings, complaints),
  });
}

async function planNode(options: UmlOptions, name: string): Promise<StartPlan> {
  const { image, kernel, memory, network, binds, confine, path, temporary, caller } = options;
  const request = { name, image, memory, command: [AGENT, TOLD] };
  const wishes = {
    ...(kernel !== undefined && { kernel }),
    ...(network !== undefined && { network }),
    ...(binds !== undefined && { binds }),
    ...(confine !== undefined && { confine }),
  };
  const plan = await planStart({ ...request, ...wishes }, { path, temporary, caller });
  return { ...plan, asRoot: true };
}

function warnings({ network, confinement }: StartPlan): readonly string[] {
  return [
    ...(network.kind === 'none' ? ['guests have no network: install slirp4netns'] : []),
    ...(confinement.kind === 'none'
      ? [`root of a guest can do what its user can (${confinement.reason})`]
      : []),
  ];
}

function complaints(cause: unknown): readonly string[] {
  if (cause instanceof AppPotError) return [cause.message];
  throw cause;
}

function refusal(cause: unknown): unknown {
  if (!(cause instanceof AppPotError)) return cause;
  return new ProviderError(cause.message, {
    kind: 'conflict',
    code: 'REFUSED',
    ...(cause.hint !== undefined && { hint: cause.hint }),
    cause,
  });
}
