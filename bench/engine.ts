/**
 * One cycle of the orchestrator, from the question to the batch system to the last action: real output of
 * `qstat -xml` is parsed in it. Beside it the parsing alone, ours and the way of VM-MAD (Python's SAX).
 *
 * Usage: npx tsx bench/engine.ts
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeQstat } from './batch/qstat-file.ts';

interface Measured {
  readonly jobs: number;
  /** Until all was done; then until it was recorded, where it was. */
  readonly seconds: readonly number[];
  readonly recorded: readonly number[];
  readonly parsed: number;
  readonly peak: number;
  readonly created: number;
  readonly news: number;
}

const SIZES: readonly (readonly [jobs: number, nodes: number])[] = [
  [25_000, 250],
  [50_000, 500],
  [100_000, 1_000],
  [200_000, 2_000],
];

/** Each element's text is collected, and a job made of each entry: what VM-MAD does with it. */
const SAX = `
import sys, time, resource, xml.sax
class Jobs(xml.sax.handler.ContentHandler):
    def __init__(self):
        self.jobs, self.job, self.text = [], None, []
    def startElement(self, name, attrs):
        self.text = []
        if name == 'job_list':
            self.job = {'state': attrs.getValue('state')}
    def characters(self, text):
        self.text.append(text)
    def endElement(self, name):
        if name == 'job_list':
            self.jobs.append(self.job)
            self.job = None
        elif self.job is not None:
            self.job[name] = ''.join(self.text).strip()
began = time.perf_counter()
handler = Jobs()
xml.sax.parse(sys.argv[1], handler)
took = time.perf_counter() - began
print(len(handler.jobs), took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
`;

const directory = mkdtempSync(join(tmpdir(), 'apppot-bench-'));
try {
  process.stdout.write(
    'jobs nodes | MB of XML | first, later cycles s | then recorded s | parsing s | peak MB | SAX s, peak MB\n',
  );
  for (const [jobs, nodes] of SIZES) {
    const file = join(directory, `${jobs}.xml`);
    await writeQstat(file, jobs, nodes);
    const ours = measure(file, nodes, join(directory, `${jobs}.db`));
    const [found = 0, sax = 0, saxPeak = 0] = execFileSync('python3', ['-c', SAX, file], {
      encoding: 'utf8',
    })
      .split(' ')
      .map(Number);
    if (ours.created === 0 || found === 0) throw new Error('nothing was done');
    const cells = [
      `${jobs} ${nodes}`,
      megabytes(statSync(file).size),
      ours.seconds.map((one) => one.toFixed(2)).join(' '),
      Math.max(...ours.recorded).toFixed(2),
      ours.parsed.toFixed(2),
      megabytes(ours.peak),
      `${sax.toFixed(2)}, ${megabytes(saxPeak)}`,
    ];
    process.stdout.write(`${cells.join(' | ')}\n`);
  }
} finally {
  rmSync(directory, { recursive: true });
}

function measure(file: string, nodes: number, store: string): Measured {
  const script = join(import.meta.dirname, 'engine/cycle.ts');
  const argv = ['--import', 'tsx', script, file, String(nodes), store];
  return JSON.parse(execFileSync(process.execPath, argv, { encoding: 'utf8' })) as Measured;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
