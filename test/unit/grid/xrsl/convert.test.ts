import { describe, expect, it } from 'vitest';
import { arcRequest } from '../../../../src/grid/arc-request.ts';
import { toXrsl } from '../../../../src/grid/xrsl/convert.ts';
import { printXrsl } from '../../../../src/grid/xrsl/print.ts';
import { stagedJob } from '../../../kit/staged-job.ts';

const files = [
  { name: 'apppot-job', isExecutable: true },
  { name: 'bin/search', isExecutable: true },
  { name: 'in put.txt', isExecutable: false },
];

const full = stagedJob({
  image: { kind: 'rte', name: 'APPS/BIO/APPPOT-1.0' },
  command: ['search', '$HOME'],
  environment: { SECRET: 'not here' },
  inputs: [
    { name: 'in put.txt', source: { kind: 'file', path: '/home/ada/in put.txt' } },
    { name: 'db', source: { kind: 'url', url: 'https://data.invalid/db' } },
  ],
  outputs: [{ name: 'plots/' }, { name: 'big', url: 'https://store.invalid/big' }],
  stdout: 'log.txt',
  stderr: 'log.txt',
  resources: { memory: 960 * 2 ** 20, cpuTime: 300, wallTime: 90.5, disk: 100e6, count: 2 },
  queue: 'grid',
  architecture: 'amd64',
  notify: 'ada@lab.invalid',
  saveChanges: 'after.changes.tar.gz',
});

describe('toXrsl()', () => {
  it('says all of it to the service, which files are put to', () => {
    expect(printXrsl(toXrsl(arcRequest(full, files), { kind: 'rest' }))).toBe(`&
 (executable = "apppot-job")
 (executables = "bin/search")
 (inputFiles = ("apppot-job" "") ("bin/search" "") ("in put.txt" "") ("db" "https://data.invalid/db"))
 (outputFiles = ("plots/" "") ("big" "https://store.invalid/big") ("log.txt" "") ("after.changes.tar.gz" ""))
 (stdout = "log.txt")
 (stderr = "log.txt")
 (environment = ("APPPOT_MARK" "mark-1"))
 (jobName = "try")
 (runTimeEnvironment = "APPS/BIO/APPPOT-1.0")
 (queue = "grid")
 (count = "2")
 (memory = "520")
 (disk = "96")
 (cpuTime = "300 seconds")
 (wallTime = "91 seconds")
 (architecture = "amd64")
 (notify = "be ada@lab.invalid")
`);
  });

  it('tells the command line of ARC where the files are', () => {
    const reader = { kind: 'client', sandbox: '/var/jobs/(*1' } as const;
    expect(printXrsl(toXrsl(arcRequest(stagedJob(), files), reader))).toBe(`&
 (executable = "apppot-job")
 (executables = "bin/search")
 (inputFiles = ("apppot-job" "/var/jobs/(" # "*1/apppot-job") ("bin/search" "/var/jobs/(" # "*1/bin/search") ("in put.txt" "/var/jobs/(" # "*1/in put.txt"))
 (outputFiles = ("stdout.txt" "") ("stderr.txt" ""))
 (stdout = "stdout.txt")
 (stderr = "stderr.txt")
 (environment = ("APPPOT_MARK" "mark-1"))
 (jobName = "try")
 (count = "1")
 (memory = "584")
`);
  });
});
