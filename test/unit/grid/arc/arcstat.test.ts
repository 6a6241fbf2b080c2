import { expect, it } from 'vitest';
import { parseArcls } from '../../../../src/grid/arc-cli/arcls.ts';
import { parseArcstat } from '../../../../src/grid/arc-cli/arcstat.ts';

const JOB = 'https://ce.example.org/arex/rest/1.0/jobs';

// Printed by ARC 6.17, but for the names of machines.
const PRINTED = `"jobs": [
{
 "id": "${JOB}/lXgK",
 "name": "a "name", [x] "state": "Finished"",
 "state": "Failed",
 "exitCode": 7,
 "specificState": "FAILED",
 "jobError": [
"LRMS error: (7) Job finished with wrong exit code - 7 != 0"
],
 "queue": "grid",
 "submitted": "2026-11-26 17:15:10"
},
{
 "id": "${JOB}/a2",
 "name": "x",
 "state": "Killed",
 "jobError": [
"Job is canceled by external request"
]
},
{
 "id": "${JOB}/a3",
 "name": "x",
 "state": "Running",
 "queue": "grid"
},
{
 "id": "${JOB}/a4",
 "state": "Accepted"
}
]
`;

it('parseArcstat() reads what is no JSON', () => {
  expect(parseArcstat(PRINTED)).toEqual(
    new Map([
      [`${JOB}/lXgK`, { state: 'failed', own: 'Failed', queue: 'grid', exitStatus: 7 }],
      [
        `${JOB}/a2`,
        { state: 'killed', own: 'Killed', reason: 'Job is canceled by external request' },
      ],
      [`${JOB}/a3`, { state: 'running', own: 'Running', queue: 'grid' }],
      [`${JOB}/a4`, { state: 'accepted', own: 'Accepted' }],
    ]),
  );
});

it('parseArcstat() knows of no job when the service is down', () => {
  expect(parseArcstat('"jobs": [\n]\n')).toEqual(new Map());
  expect(parseArcstat('Warning: Job not found in job list: x\nNo jobs found, try later\n')).toEqual(
    new Map(),
  );
});

it('parseArcls() gives files and directories', () => {
  const printed = `<Name>     <Type>  <Size>     <Modified>      <CheckSum> <Latency>
/a file.txt  file       2 2026-11-26 17:15:15    (n/a)      (n/a)
sub/          dir   (n/a) 2026-11-26 17:15:15    (n/a)      (n/a)
`;
  expect(parseArcls(printed, 'out')).toEqual([
    { name: 'out/a file.txt', isDirectory: false },
    { name: 'out/sub', isDirectory: true },
  ]);
});
