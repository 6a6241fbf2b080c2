/**
 * A switch of ours, for the private networks of guests; the work is done by `image/host/switch`.
 *
 * @module
 */

import { resolve } from 'node:path';
import { runAttended } from '../../host/attended.ts';
import { LaunchError } from '../launch.ts';
import { SWITCH_PROGRAM } from '../switch-program.ts';
import { linkWords, parseEndpoint } from './endpoint.ts';
import { readFault } from './fault.ts';
import { isPort } from './wish.ts';

/** What a user wants of a switch. */
export interface SwitchRequest {
  /** Where guests of this machine attach. */
  readonly path?: string;
  /** `[ADDRESS:]PORT`: where switches of other machines attach by TCP. */
  readonly listen?: readonly string[];
  /** Other switches to join, as endpoints. */
  readonly link?: readonly string[];
  /** File with the secret for TCP. */
  readonly secret?: string;
  /** The switch that the other side of stdin and stdout is to be attached to. */
  readonly attach?: string;
}

/**
 * The words of a switch; plain data, for `--dry-run` and for running it.
 *
 * @throws {LaunchError} `NETWORK_MALFORMED`
 */
export function switchWords(request: SwitchRequest): readonly [string, ...string[]] {
  const { path, listen = [], link = [], secret, attach } = request;
  if (attach !== undefined) {
    return [SWITCH_PROGRAM, `link=unix:${resolve(attach)}`, 'link=stdio'];
  }
  if (path === undefined && listen.length === 0) throw placeless();
  const links = link.map((text) => linkWords(parseEndpoint(text, secret)));
  const commands = links.filter(([first]) => first === '--');
  if (commands.length > 1) throw malformed('two links by ssh', 'start one more switch for it');
  return [
    SWITCH_PROGRAM,
    ...(secret === undefined ? [] : [`--secret=${resolve(secret)}`]),
    ...(path === undefined ? [] : [`listen=unix:${resolve(path)}`]),
    ...listen.map((text) => `listen=tcp:${parseListen(text)}`),
    ...links.flatMap((words) => (words[0] === '--' ? [] : words)),
    ...commands.flat(),
  ];
}

/**
 * Runs a switch until it is told to end.
 *
 * @param onReady Is called once it listens.
 * @throws {LaunchError} `SWITCH_FAILED`
 */
export async function runSwitch(
  words: readonly string[],
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const [program = '', ...rest] = words;
  const argv = [program, '--exit-fd=3', '--ready-fd=4', ...rest];
  const { status, stderr } = await runAttended(argv, { signal, onReady });
  if (status === 0 || signal.aborted) return;
  const fault = readFault(stderr, 'the other switch') ?? { message: 'Cannot run the switch' };
  throw new LaunchError(fault.message, {
    kind: 'conflict',
    code: 'SWITCH_FAILED',
    ...(fault.hint !== undefined && { hint: fault.hint }),
  });
}

/** An address is loopback unless the user names another one. */
function parseListen(text: string): string {
  const [port = '', address = '127.0.0.1', ...more] = text
    .replace(/^tcp:/, '')
    .split(':')
    .reverse();
  if (isPort(port) && more.length === 0) return `${address}:${port}`;
  throw malformed(`"${text}"`, 'write [ADDRESS:]PORT');
}

function placeless(): LaunchError {
  return malformed('no place', 'name a path, or a port with --listen');
}

function malformed(what: string, advice: string): LaunchError {
  return new LaunchError(`Cannot start a switch at ${what}: ${advice}`, {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint: 'For guests on this machine: apppot switch /tmp/lab.sock',
  });
}
