import type { Ask } from './words.ts';

/** When the queue master was started, by its own word; undefined where it cannot be asked. */
export function incarnations(
  ask: Ask,
  port: number,
): (signal?: AbortSignal) => Promise<string | undefined> {
  let master: string | undefined;
  return async (signal) => {
    master ??= /^[\w.-]+$/.exec((await ask(['qconf', '-sss'], { signal })).trim())?.[0];
    if (master === undefined) return undefined;
    const argv = ['qping', '-info', master, String(port), 'qmaster', '1'];
    const text = await ask(argv, { signal }).catch(() => '');
    const started = /start time:.*\((?<seconds>\d+)\)/.exec(text)?.groups?.seconds;
    // It may have moved to another machine.
    if (started === undefined) master = undefined;
    return started;
  };
}
