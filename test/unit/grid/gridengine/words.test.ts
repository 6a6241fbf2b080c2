import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasMark, jobName, qsubWords } from '../../../../src/grid/gridengine/words.ts';
import { jobDescription } from '../../../kit/job.ts';

const MARK = 'apppot-k3f9a2-1-0123456789ab';
const MIB = 2 ** 20;

describe('qsubWords()', () => {
  const job = { mark: MARK, name: 'a job', sandbox: '/s', wrapper: 'w' };

  it('says all that a site may have other defaults for', () => {
    const words = qsubWords({ ...job, description: jobDescription() }, {}, []);
    expect(words.join(' ')).toBe(
      `-terse -N a_job.${MARK} -S /bin/sh -b n -wd / -r n -notify -o /dev/null -e /dev/null -j n -l mem_free=194M -m n`,
    );
  });

  it('asks for what the job needs, by the names of the site', () => {
    const resources = {
      memory: 128 * MIB,
      memoryRequest: 1_001 * MIB,
      count: 2,
      wallTime: 60.2,
      cpuTime: 90,
    };
    const wishes = { queue: 'long.q', notify: 'me@example.org', architecture: 'amd64', resources };
    const description = jobDescription(wishes);
    const words = qsubWords({ ...job, description }, { memory: 'h_vmem', pe: 'threads' }, [
      'APPPOT_X',
    ]);
    expect(words.slice(words.indexOf('-v')).join(' ')).toBe(
      '-v APPPOT_X -l h_vmem=501M -l h_rt=61 -l h_cpu=90 -l arch=*-amd64 -pe threads 2 -q long.q -M me@example.org -m bea',
    );
  });

  it('asks for no memory where the site has no name for it', () => {
    const words = qsubWords({ ...job, description: jobDescription() }, { memory: 'none' }, []);
    expect(words).not.toContain('-l');
  });
});

it('jobName() is one that Grid Engine takes, and has the mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const given = jobName({ name, mark: MARK });
      expect(given).toMatch(/^[A-Za-z_][\w.+-]*$/);
      expect(hasMark(given, MARK)).toBe(true);
      expect(hasMark(given, MARK.slice(1))).toBe(false);
    }),
  );
});
