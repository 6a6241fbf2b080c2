/**
 * The place of a session: its directory in the control directory. The guest may be hostile.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { type Feed, feed } from '../host/feed.ts';
import { assignments, words } from '../launch/control.ts';
import type { Streams } from '../launch/guest.ts';
import { tellGuest } from '../launch/line.ts';
import type { InstancePaths } from '../launch/words.ts';

export interface SessionRequest {
  /** Empty: a shell. */
  readonly command: readonly string[];
  /** As the guest's root, not as its user. */
  readonly asRoot: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

export interface Session {
  /** Its directory, whatever is done to its name: the guest may try to put another in its place. */
  readonly place: string;
  readonly tell: (line: string) => void;
  close(): Promise<void>;
}

/** When we are gone, however that came to be, the guest is told, so that the command does not run on. */
const HANG_UP = 'cat; [ ! -p "$2" ] || echo "session $1 hangup" 1<>"$2"';

/** Makes the place, and has the guest start the command. */
export async function openSession(
  paths: InstancePaths,
  request: SessionRequest,
  streams: Streams,
): Promise<Session> {
  const id = randomBytes(8).toString('hex');
  const directory = `${paths.control}/session.${id}`;
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  mkdirSync(directory, { mode: 0o700 });
  const handle = openSync(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const place = `/proc/self/fd/${handle}`;
  writeRequest(place, request, streams);
  const holder = await feed(['setsid', 'sh', '-c', HANG_UP, 'sh', id, paths.line]);
  const tell = (line: string): void => void tellGuest(paths.line, `session ${id} ${line}`);
  tell('start');
  return { place, tell, close: () => closeSession(directory, place, handle, holder) };
}

/** Removes what is there, and looks into no directory below: the guest may put links in their places. */
async function closeSession(
  directory: string,
  place: string,
  handle: number,
  holder: Feed,
): Promise<void> {
  await holder.end();
  for (const name of readdirSync(place)) attempt(() => unlinkSync(`${place}/${name}`));
  closeSync(handle);
  attempt(() => rmdirSync(directory));
}

/** What the guest has removed already, or does not let go, is removed with its instance. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // It is no matter of ours any more.
  }
}

function writeRequest(place: string, request: SessionRequest, streams: Streams): void {
  const { terminal } = streams;
  const settings = assignments({
    root: request.asRoot ? '1' : undefined,
    terminal: terminal && '1',
    rows: terminal && String(terminal.rows),
    columns: terminal && String(terminal.columns),
    stdin: streams.stdin && '1',
  });
  const put = (name: string, list: readonly string[]): void =>
    writeFileSync(`${place}/${name}`, words(list), { flag: 'wx' });
  put('settings', settings);
  put('command', request.command);
  put('environment', assignments(request.environment));
}
