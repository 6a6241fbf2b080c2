import { execFileSync } from 'node:child_process';

/** Runs a shell script in a directory; what it prints on stderr goes into the failure. */
export function shell(directory: string, script: string): string {
  return execFileSync('bash', ['-euc', script], { cwd: directory, encoding: 'latin1' });
}
