import { Writable } from 'node:stream';
import type { Bytes } from '../base/units.ts';
import { chooseKernel } from '../launch/choose.ts';
import type { StartPlan } from '../launch/launch.ts';
import { planStart, type Surroundings } from '../launch/plan.ts';
import { runStart } from '../launch/run.ts';
import { chooseConfinement } from '../launch/sandbox.ts';
import type { RunInGuest } from './run-step.ts';

/** Enough to install packages. */
const MEMORY: Bytes = 1_024 * 2 ** 20;
const SIGTERM = 15;

/**
 * Runs $1 in a shell as root of the guest; init gives the home to root while root's job runs, so it
 * is given back.
 */
const WRAPPER = `
export HOME=/root USER=root LOGNAME=root DEBIAN_FRONTEND=noninteractive
cd /
sh -c "$1" step </dev/null
status=$?
chown --recursive --no-dereference --from=0:0 1000:1000 /home/user
exit $status`;

/** The launcher as builds use it: boots the image itself and runs scripts as its root. */
export function bootStep(around: Surroundings): RunInGuest {
  return async (image, script, { onLine, signal }) => {
    const plan: StartPlan = {
      ...(await planStart(
        {
          name: `image.${process.pid}`,
          image,
          memory: MEMORY,
          command: ['sh', '-c', WRAPPER, 'sh', script],
        },
        around,
      )),
      asRoot: true,
    };
    const lines = lineWriter(onLine);
    return runStart(
      plan,
      { stdout: lines, stderr: lines },
      { onStop: (stop) => signal?.addEventListener('abort', () => killBy(stop), { once: true }) },
    );
  };
}

/** Asked twice, the launcher kills: nobody wants the image any more. */
function killBy(stop: (signal: number) => void): void {
  stop(SIGTERM);
  stop(SIGTERM);
}

/**
 * Refuses early what would end the first step: before the packages are installed.
 *
 * @throws {LaunchError} `KERNEL_MISSING`, `UNCONFINED_ROOT`
 */
export async function checkSteps({ path, caller }: Surroundings): Promise<void> {
  chooseKernel(undefined, path);
  await chooseConfinement('auto', caller.uid, path);
}

/** Passes on whole lines; what stands behind the last line's end is passed on by the next one. */
function lineWriter(onLine: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
      done();
    },
  });
}
