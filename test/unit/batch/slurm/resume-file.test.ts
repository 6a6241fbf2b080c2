import { expect, it } from 'vitest';
import { jobsByHost } from '../../../../src/batch/slurm/resume-file.ts';

it('jobsByHost() tells which jobs each host is resumed for', () => {
  const jobs = [
    { job_id: 7, nodes_alloc: 'st1,node[001-002]', nodes_resume: 'node[001-002]' },
    { job_id: 8, nodes_alloc: 'node002', nodes_resume: 'node002' },
  ];
  const text = JSON.stringify({ all_nodes_resume: 'node[001-002]', jobs });
  expect(jobsByHost(text)).toEqual(
    new Map([
      ['node001', ['7']],
      ['node002', ['7', '8']],
    ]),
  );
});

it('jobsByHost() reads what Slurm 22.05 writes', () => {
  const text = '{"jobs":[{"job_id":1,"nodes":"node001"}],"all_nodes":"node001"}';
  expect(jobsByHost(text)).toEqual(new Map([['node001', ['1']]]));
});

it('jobsByHost() learns nothing from what is something else', () => {
  for (const text of [
    '',
    'no JSON',
    '[]',
    '7',
    '{"jobs": {}}',
    '{"jobs": [null, {"job_id": "x"}]}',
  ]) {
    expect(jobsByHost(text)).toEqual(new Map());
  }
});
