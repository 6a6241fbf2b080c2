import { describe, expect, it } from 'vitest';
import { apppot, startLive, WAITING } from '../kit/guest-live.ts';
import { CASES, start, workDirectory } from '../kit/guest-run.ts';

describe.each(CASES)('$way as $as tells', ({ way, as }) => {
  const work = workDirectory();
  const options = () => ({ as, cwd: work.path, env: { TMPDIR: work.path } });
  const program = way === 'apppot-start' ? 'apppot-start' : 'apppot';

  it('that the guest hangs before its job', async () => {
    const found = await start(
      way,
      ['--boot-timeout', '2', '-X', 'rootdelay=100', 'true'],
      options(),
    );
    expect(found).toMatchObject({ status: 124, stdout: Buffer.from('') });
    expect(found.stderr.split('\n').map((line) => line.replace(/^( {2}\| ).+$/, '$1…'))).toEqual([
      `${program}: Cannot run the guest: it did not get to its job in 2 s; its console ended with:`,
      '  | …',
      '  | …',
      '  | …',
      '  Give it more time with --boot-timeout, or see it all: --console-log FILE.',
      '',
    ]);
    expect(found.stderr).toContain('\n  | Waiting 100 sec before mounting root device...\n  Give');
  });

  it('that the guest hangs in its job, which a busy one does not', async () => {
    const greedy = ['-X', 'sysctl.kernel.sched_rt_runtime_us=-1', '--watchdog', '2'];
    const { ended } = await startLive(way, ['--id', 'busy', ...greedy, ...WAITING], options());
    const spin = ['sh', '-c', 'while :; do :; done'];
    const busy = await apppot(['exec', 'busy', 'timeout', '3', ...spin], options());
    expect(busy).toMatchObject({ status: 124 });
    const asRoot = ['exec', '--user', 'root', 'busy'];
    const hanging = apppot([...asRoot, 'chrt', '-f', '99', ...spin], options());
    expect(await ended).toMatchObject({
      status: 124,
      stderr:
        `${program}: Cannot finish the job: the guest hangs, silent for 2 s\n` +
        '  Run it again with --console-log FILE to see what it said before.\n',
    });
    expect(await hanging).toMatchObject({
      status: 125,
      stderr: 'apppot: Cannot finish the command: the guest "busy" has ended\n',
    });
  });
});
