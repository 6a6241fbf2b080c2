import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listed, startLive, WAITING } from '../kit/guest-live.ts';
import { start, WAYS, workDirectory } from '../kit/guest-run.ts';
import { until } from '../kit/until.ts';

const work = workDirectory();
const APART = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const IS_INITIAL = readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';

/** A container that shares its directory for temporary files with others: numbers of processes differ. */
describe.runIf(process.getuid?.() === 0).each(WAYS)(
  'a guest of another PID namespace, by %s,',
  (way) => {
    it.each(WAYS)(
      'is left alone by one that is started here by %s, and cleared away when it is dead',
      async (here) => {
        const options = { cwd: work.path, env: { TMPDIR: work.path }, as: 'root' } as const;
        const guest = await startLive(way, ['--id', 'there', ...WAITING], {
          ...options,
          by: APART,
        });
        const place = join(work.path, 'apppot-0/there');
        expect(await start(here, ['--id', 'here', 'true'], options)).toMatchObject({ status: 0 });
        expect(existsSync(join(place, 'control'))).toBe(true);
        expect((await listed(work.path, options)).map(({ name, error }) => [name, error])).toEqual([
          ['there', undefined],
        ]);

        guest.owner.kill('SIGKILL');
        await guest.ended;
        if (!IS_INITIAL) return;
        await until('it is cleared away', async () => {
          expect(await start(here, ['true'], options)).toMatchObject({ status: 0 });
          return readdirSync(work.path).length === 0;
        });
      },
    );
  },
);
