import { randomBytes } from 'node:crypto';
import { type Daemon, killGroup, startDaemon } from '../../host/processes.ts';

/** The host's end of what is measured of a network. */
export interface Sink {
  /** What to tell `apppot-gauge measure`, which reaches the host by this address. */
  target(address: string): string;
  close(): void;
}

const LOOPBACK = '127.0.0.1';
const TOKEN_BYTES = 8;

/**
 * Starts it on loopback; who does not know its token gets nothing from it.
 *
 * @returns undefined when it does not listen.
 */
export async function openSink(gauge: string): Promise<Sink | undefined> {
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const child = startDaemon([gauge, 'serve', LOOPBACK, token], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
  });
  const port = await firstLine(child);
  const close = (): void => void (child.pid === undefined || killGroup(child.pid));
  if (!/^\d+$/.test(port)) {
    close();
    return undefined;
  }
  return { target: (address) => `network=${address}:${port}:${token}`, close };
}

/** Empty when it ends without one. */
function firstLine(child: Daemon): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.once('error', () => resolve(''));
    child.once('exit', () => resolve(''));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
}
