import type { Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import { isAlive, type ProcessId, startDaemon } from '../../host/processes.ts';

/** Processes of the machine that jobs run on. */
export interface Processes {
  /** Starts a program in a session of its own, which outlives us. */
  start(program: string): Promise<void>;
  isAlive(process: ProcessId): Promise<boolean>;
  /** To the whole process group that it leads. */
  signal(leader: ProcessId, signal: 'TERM' | 'KILL'): Promise<void>;
}

/** @param environment The whole environment of what is started. */
export function ownProcesses(environment: Readonly<Record<string, string>>): Processes {
  return {
    start: async (program) => {
      startDaemon([program], { stdio: 'ignore', env: environment }).unref();
    },
    isAlive: async (process) => isAlive(process),
    signal: async (leader, signal) => {
      if (isAlive(leader)) process.kill(-leader.pid, `SIG${signal}`);
    },
  };
}

/** Of another machine, where programs have the environment that its login gives. */
export function distantProcesses(host: Host, deadline: Seconds): Processes {
  const shell = async (script: string, ...words: readonly string[]): Promise<string> =>
    (await host.run(['sh', '-c', script, 'sh', ...words], { timeout: deadline })).stdout.trim();
  return {
    start: async (program) => void (await shell(START, program)),
    isAlive: async ({ pid, started }) => (await shell(ALIVE, `${pid}`, started)) === 'yes',
    signal: async ({ pid, started }, signal) =>
      void (await shell(
        `[ "$(${ALIVE})" != yes ] || kill -s "$3" -- "-$1"`,
        `${pid}`,
        started,
        signal,
      )),
  };
}

const START = 'setsid "$1" </dev/null >/dev/null 2>&1 &';

/** As `isAlive()` does: the same start time, and no zombie. Arguments: number and start time. */
const ALIVE = `awk -v started="$2" '{
  sub(/^.*\\) /, ""); print ($1 != "Z" && $20 == started) ? "yes" : "no"
}' "/proc/$1/stat" 2>/dev/null || echo no`;
