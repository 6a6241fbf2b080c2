import { resolve } from 'node:path';
import { type Endpoint, LaunchError } from '../launch.ts';
import { quote } from '../shell.ts';
import { isPort } from './wish.ts';

/**
 * Reads where a switch is: nothing for one of the guest's own, `PATH`, `tcp:HOST:PORT` or `ssh:[USER@]HOST:PATH`.
 *
 * @param secret File with the secret that is needed over TCP.
 * @throws {LaunchError} `NETWORK_MALFORMED`
 */
export function parseEndpoint(text: string, secret: string | undefined): Endpoint {
  if (text === '') return { kind: 'own' };
  const { kind, host = '', rest = '' } = REMOTE.exec(text)?.groups ?? {};
  if (kind === undefined) return { kind: 'unix', path: resolve(text.replace(/^unix:/, '')) };
  if (kind === 'ssh' && rest.startsWith('/')) return { kind, host, path: rest };
  if (kind !== 'tcp' || !isPort(rest)) throw malformed(text);
  if (secret === undefined) throw unsecret(text);
  return { kind, host, port: Number(rest), secret: resolve(secret) };
}

/** A host never begins with a dash: ssh would take it for an option. */
const REMOTE = /^(?<kind>tcp|ssh):(?<host>[^\s:-][^\s:]*):(?<rest>.+)$/;

export function renderEndpoint(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'own':
      return `of its own${endpoint.listen === undefined ? '' : `, at tcp:${endpoint.listen}`}`;
    case 'unix':
      return endpoint.path;
    case 'tcp':
      return `tcp:${endpoint.host}:${endpoint.port}`;
    case 'ssh':
      return `ssh:${endpoint.host}:${endpoint.path}`;
  }
}

/** The words by which our switch gets there; those by ssh stand last. */
export function linkWords(endpoint: Endpoint): readonly string[] {
  if (endpoint.kind === 'own') return [];
  if (endpoint.kind !== 'ssh') return [`link=${endpoint.kind}:${placeOf(endpoint)}`];
  const remote = `exec apppot switch --attach ${quote(endpoint.path)}`;
  return ['--', 'ssh', '-T', '-o', 'BatchMode=yes', endpoint.host, remote];
}

function placeOf(endpoint: Exclude<Endpoint, { kind: 'own' | 'ssh' }>): string {
  return endpoint.kind === 'unix' ? endpoint.path : `${endpoint.host}:${endpoint.port}`;
}

function malformed(text: string): LaunchError {
  return new LaunchError(
    `Cannot find the switch "${text}": it is not PATH, tcp:HOST:PORT or ssh:HOST:/PATH`,
    {
      kind: 'usage',
      code: 'NETWORK_MALFORMED',
      hint: 'Start one first: apppot switch /tmp/lab.sock',
    },
  );
}

function unsecret(text: string): LaunchError {
  return new LaunchError(`Cannot attach to the switch "${text}": over TCP it asks for its secret`, {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint: 'Name the file that holds it, readable by you only: --switch-secret FILE.',
  });
}
