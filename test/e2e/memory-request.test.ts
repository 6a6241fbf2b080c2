import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memoryRequest } from '../../src/grid/memory-request.ts';
import { start, workDirectory } from '../kit/guest-run.ts';

const MIB = 2 ** 20;
const MEMORY = 96 * MIB;

// What it reads stays in its memory, until that is full; and each process has page tables on the host.
const FILL = `
  i=0; while [ $i -lt 20 ]; do sleep 600 & i=$((i + 1)); done
  for round in 1 2; do find / -xdev -type f -exec cat {} + >/dev/null 2>&1; done
  echo full; sleep 600`;

const work = workDirectory();

it('memoryRequest() covers a guest that has used all of its memory', async () => {
  let used: Used | undefined;
  await start('printed script', ['--mem', `${MEMORY / MIB}M`, 'sh', '-c', FILL], {
    cwd: work.path,
    onSpawn: (child) => {
      child.stdout?.once('data', () => {
        used = usedBy(family(child.pid ?? 0));
        child.kill();
      });
    },
  });
  expect(used?.guest).toBeGreaterThan(0.75 * MEMORY);
  expect(used?.all).toBeLessThan(memoryRequest({ memory: MEMORY, count: 1 }));
});

interface Used {
  /** The file of the guest's memory. */
  readonly guest: number;
  readonly all: number;
}

/** Each page once: that is what a control group counts. */
function usedBy(processes: readonly number[]): Used {
  const programs = new Map<string, number>();
  const files = new Map<number, number>();
  let own = 0;
  for (const id of processes) {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    const field = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1_024;
    own += field('RssAnon') + field('VmPTE');
    const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '';
    programs.set(name, Math.max(programs.get(name) ?? 0, field('RssFile')));
    for (const file of removedFiles(id)) files.set(file.ino, file.blocks * 512);
  }
  const guest = sum(files.values());
  return { guest, all: guest + own + sum(programs.values()) };
}

function removedFiles(id: number) {
  return readdirSync(`/proc/${id}/fd`)
    .map((fd) => `/proc/${id}/fd/${fd}`)
    .filter((path) => readlinkSync(path).endsWith(' (deleted)'))
    .map((path) => statSync(path))
    .filter((found) => found.isFile());
}

function family(id: number): number[] {
  const children = readdirSync(`/proc/${id}/task`).flatMap((task) =>
    readFileSync(`/proc/${id}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number),
  );
  return [id, ...children.flatMap(family)];
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((all, one) => all + one, 0);
}
