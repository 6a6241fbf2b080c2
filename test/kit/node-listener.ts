import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Heard {
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** What hears nodes in tests of nodes alone, in another network. */
export interface NodeListener {
  readonly heard: readonly Heard[];
  close(): void;
}

const PROGRAM = join(import.meta.dirname, 'net/node-listener.cjs');

/** @param words What comes before a program's own words, to run it in its network. */
export async function nodeListener(
  words: readonly string[],
  address: string,
  port: number,
): Promise<NodeListener> {
  const [program = '', ...args] = [...words, process.execPath, PROGRAM, address, String(port)];
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const heard: Heard[] = [];
  const isUp = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the listener ended')));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      heard.push(JSON.parse(line) as Heard);
      resolve();
    });
  });
  await isUp;
  return { heard, close: () => void child.kill('SIGKILL') };
}
