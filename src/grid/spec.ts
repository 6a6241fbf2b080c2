/**
 * Targets as users write them, and as messages name them.
 *
 * @module
 */

import { parseDestination } from '../host/ssh/destination.ts';
import type { CredentialPaths } from './arc/credentials.ts';
import { GridError } from './errors.ts';
import type { TargetSpec } from './records/record.ts';

/**
 * @param text `local`, `slurm`, `gridengine`, `https://HOST[:PORT][/arex]`, `arc-cli:https://…`; each may end
 * with ` via USER@HOST`.
 * @param via Of targets that name no machine themselves.
 * @throws {GridError} `TARGET_UNKNOWN`
 * @throws {HostError} `HOST_MALFORMED`
 */
export function parseTarget(
  text: string,
  credentials: CredentialPaths,
  via: string | undefined = undefined,
): TargetSpec {
  const [, what = text, own] = /^(.*?)\s+via\s+(.*)$/.exec(text.trim()) ?? [];
  const machine = own ?? via;
  if (machine !== undefined) parseDestination(machine);
  const spec = batchSystem(what) ?? service(what, credentials);
  if (spec === undefined) throw unknown(text);
  return { ...spec, ...(machine !== undefined && { via: machine }) };
}

function batchSystem(text: string): TargetSpec | undefined {
  const [kind = '', options] = text.split('?', 2);
  if ((kind === 'local' || kind === 'slurm') && options === undefined) return { kind };
  if (kind !== 'gridengine') return undefined;
  const given = new URLSearchParams(options);
  const isPlain = [...given].every(
    ([name, value]) => (name === 'pe' || name === 'memory') && /^\w[\w.-]*$/.test(value),
  );
  return isPlain ? { kind, ...Object.fromEntries(given) } : undefined;
}

function service(text: string, credentials: CredentialPaths): TargetSpec | undefined {
  const found =
    /^(?:(?<kind>arc|arc-cli):(?:(?<protocol>[a-z][\w.]*):(?=[a-z]+:))?)?(?<url>[a-z]+:\/\/.+)$/;
  const { kind = 'arc', protocol, url = '' } = found.exec(text)?.groups ?? {};
  if (!URL.canParse(url)) return undefined;
  if (kind === 'arc-cli') {
    return { kind, url: withRoom(url), protocol: protocol ?? 'arcrest', credentials };
  }
  const isRest = url.startsWith('https://') && protocol === undefined;
  return isRest ? { kind: 'arc', url: withRoom(url), credentials } : undefined;
}

/** An A-REX of ARC is at `/arex` by convention. */
function withRoom(text: string): string {
  const url = new URL(text);
  const room = url.pathname.replace(/\/+$/, '') || '/arex';
  return text.startsWith('https://') ? `${url.origin}${room}` : text;
}

function unknown(text: string): GridError {
  return new GridError(
    `Cannot use the target "${text}": expected "local", "slurm", "gridengine" or an address such as https://ce.example.org/arex`,
    { kind: 'usage', code: 'TARGET_UNKNOWN' },
  );
}

/** Short: `ce.example.org`, `slurm via user@head`. */
export function targetName(spec: TargetSpec): string {
  const name = 'url' in spec ? new URL(spec.url).host : spec.kind;
  return spec.via === undefined ? name : `${name} via ${spec.via}`;
}
