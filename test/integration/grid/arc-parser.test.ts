import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAdl } from '../../../src/grid/adl.ts';
import { type ArcRequest, arcRequest } from '../../../src/grid/arc-request.ts';
import { toXrsl } from '../../../src/grid/xrsl/convert.ts';
import { printXrsl } from '../../../src/grid/xrsl/print.ts';
import { adlContent, arcAdl, arcComplaints } from '../../kit/arc-parser.ts';
import { stagedJob } from '../../kit/staged-job.ts';

const AWKWARD = [
  'with blank',
  'it\'s "quoted"',
  '""',
  '$HOME `id` $(id) $X',
  'glob(*.txt',
  '(*both*)',
  '^X^',
  'back\\slash\\',
  '#%&+|<>=!~;?[]{}',
  'Grüße 数据 🧬',
  '-dash',
  'sub dir/(a)/b',
];

const word = fc.oneof(
  fc.constantFrom(...AWKWARD),
  fc.stringMatching(/^[!-?A-~ü(*"'][!-~ü(*"']{0,11}$/).filter((name) => !name.includes('/')),
);

const file = fc
  .record({ name: word, isExecutable: fc.boolean() })
  // ARC marks no file of such a name.
  .map(({ name, isExecutable }) => ({
    name,
    isExecutable: isExecutable && !name.includes('(*'),
  }));
const url = fc.constantFrom(
  'https://data.invalid:443/a%20b',
  'https://data.invalid:8443/x?a=1&b=2',
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const request: fc.Arbitrary<ArcRequest> = fc
  .record({
    job: word,
    files: fc.uniqueArray(file, { maxLength: 5, selector: ({ name }) => name }),
    remote: maybe(url),
    output: word,
    stdout: word,
    stderr: word,
    rte: maybe(fc.constantFrom('APPS/BIO/APPPOT-1.0', 'ENV/PROXY', 'A-B/C-1.2-3')),
    number: maybe(fc.integer({ min: 1, max: 1e6 })),
    queue: maybe(fc.constantFrom('grid', 'long')),
    notify: maybe(fc.constant('ada@lab.invalid')),
  })
  .map(({ job, files, remote, output, stdout, stderr, rte, number, queue, notify }) => {
    const input = { name: 'from afar', source: { kind: 'url', url: remote ?? '' } } as const;
    const description = {
      image: rte === undefined ? { kind: 'site', path: '/x' } : { kind: 'rte', name: rte },
      inputs: remote === undefined ? [] : [input],
      outputs: [{ name: `${output}.out` }, { name: `${output}/` }],
      stdout,
      stderr,
      resources: { memory: 2 ** 29, count: 2, cpuTime: number, wallTime: number, disk: number },
      queue,
      notify,
      architecture: queue === undefined ? undefined : 'amd64',
    };
    const staged = stagedJob(description as Parameters<typeof stagedJob>[0], { name: job });
    const wrapper = { name: staged.wrapper, isExecutable: true };
    return arcRequest(staged, [wrapper, ...files.filter(({ name }) => name !== wrapper.name)]);
  });

const REST = { kind: 'rest' } as const;
const CLIENT = { kind: 'client', sandbox: '/var/it\'s "(*' } as const;

describe('toXrsl()', () => {
  it('gives ARC what renderAdl() gives, in both dialects', async () => {
    const requests = fc.sample(request, { numRuns: 300, seed: 5 });
    const wanted = await Promise.all(requests.map(async (one) => adlContent(await renderAdl(one))));
    for (const [dialect, reader] of [
      ['GRIDMANAGER', REST],
      ['', CLIENT],
    ] as const) {
      const found = arcAdl(requests.map((one) => [dialect, printXrsl(toXrsl(one, reader))]));
      expect(found.map((adl) => adl && adlContent(adl))).toEqual(wanted);
    }
  });

  it("gives only what the service's own check takes", () => {
    const property = fc.property(request, (one) => {
      // The check would look for files behind addresses.
      const here = { ...one, inputs: one.inputs.filter((input) => input.url === undefined) };
      expect(arcComplaints(printXrsl(toXrsl(here, REST)))).toEqual([]);
    });
    fc.assert(property, { numRuns: 50 });
  });
});
