import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Recorded from Grid Engine 8.1.9. */
const RECORDED = join(import.meta.dirname, '../../test/fixtures/gridengine/arrays.xml');

/**
 * Writes what `qstat -f -F -r -u '*' -xml` prints for a cluster of that size: each entry is one that was recorded, with
 * another number, name, user and host. Every second node runs two jobs; an entry in seven is an array.
 *
 * @param jobs Entries that wait.
 */
export async function writeQstat(path: string, jobs: number, nodes: number): Promise<void> {
  const text = readFileSync(RECORDED, 'utf8');
  const [head = ''] = text.split('    <Queue-List>');
  const instance = /<Queue-List>\n.*?<\/resource>\n(?=\s*<job_list)/s.exec(text)?.[0] ?? '';
  const waiting = [...text.matchAll(/ {4}<job_list state="pending">.*?<\/job_list>\n/gs)];
  const kinds = waiting.map(([entry]) => entry).filter((entry) => entry.includes('<state>qw'));
  const file = await open(path, 'w');
  try {
    await file.write(head);
    for (let node = 0; node < nodes; node += 1) {
      await file.write(instanceOf(instance, kinds[1] ?? '', node));
    }
    await file.write('  </queue_info>\n  <job_info>\n');
    for (let first = 0; first < jobs; first += 1_000) {
      const count = Math.min(1_000, jobs - first);
      const entries = Array.from({ length: count }, (_, index) => waitingOf(kinds, first + index));
      await file.write(entries.join(''));
    }
    await file.write('  </job_info>\n</job_info>\n');
  } finally {
    await file.close();
  }
}

const FIRST = 4_000_000;

function waitingOf(kinds: readonly string[], index: number): string {
  const entry = kinds[index % kinds.length] ?? '';
  return numbered(entry, FIRST + index).replace('0.00000<', '0.25000<');
}

function numbered(entry: string, number: number): string {
  const name = `analysis_step${number % 40}_of_sample_${number % 9_000}`;
  return entry
    .replace(/(?<=<JB_job_number>)\d+/, String(number))
    .replaceAll(/(?<=<(?:JB|full_job)_name>)[^<]*/g, name)
    .replace(/(?<=<JB_owner>)[^<]*/, `user${number % 250}`);
}

function instanceOf(recorded: string, waiting: string, node: number): string {
  const isBusy = node % 2 === 0;
  const running = [1, 2].map((task) =>
    numbered(waiting, 1_000_000 + 2 * node + task)
      .replace('"pending"', '"running"')
      .replace('<state>qw', '<state>r')
      .replaceAll('JB_submission_time', 'JAT_start_time')
      .replace(/(?<=<tasks>)[^<]*/, String(task)),
  );
  const part = recorded
    .replaceAll('main.q@master', `main.q@node${String(node).padStart(4, '0')}`)
    .replace(/(?<=<slots_used>)\d+/, isBusy ? '2' : '0');
  return `    ${part}${isBusy ? running.join('') : ''}    </Queue-List>\n`;
}
