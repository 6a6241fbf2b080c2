import { spawn } from 'node:child_process';

/**
 * Has a command run when this process has ended without calling it off, however it ended: no server
 * outlives its test.
 *
 * @returns calls it off.
 */
export function afterOurEnd(argv: readonly string[]): () => void {
  const words = ['-c', 'tail --pid="$0" -f /dev/null; exec "$@"', String(process.pid), ...argv];
  const child = spawn('sh', words, { detached: true, stdio: 'ignore' });
  child.unref();
  let group = child.pid;
  return () => {
    if (group !== undefined) process.kill(-group);
    group = undefined;
  };
}
