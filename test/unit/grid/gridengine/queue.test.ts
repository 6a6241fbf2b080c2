import { describe, expect, it } from 'vitest';
import {
  parseErrorReason,
  parseFreeSlots,
  parseQueue,
} from '../../../../src/grid/gridengine/queue.ts';
import { sample } from '../../../kit/sample.ts';

describe('parseQueue()', () => {
  it('gives number, name, state and queue of each job', () => {
    const jobs = parseQueue(sample('gridengine/qstat.xml'));
    expect(jobs.map(({ id, own, state }) => [id, own, state])).toEqual([
      ['4', 's', 'running'],
      ['5', 'r', 'running'],
      ['6', 'r', 'running'],
      ['6', 'r', 'running'],
      ['10', 'qw', 'queued'],
      ['3', 'Eqw', 'held'],
      ['7', 'qw', 'queued'],
      ['11', 'qw', 'queued'],
      ['6', 'qw', 'queued'],
      ['8', 'hqw', 'held'],
      ['9', 'hqw', 'held'],
      ['12', 'qw', 'queued'],
      ['13', 'hqw', 'held'],
    ]);
    expect(jobs[0]).toEqual({
      id: '4',
      name: 'runner',
      state: 'running',
      own: 's',
      queue: 'main.q',
    });
    expect(jobs[6]?.name).toBe('pending_long_name_more_than_ten');
  });

  it('takes a job that hangs in its deletion for one that ends', () => {
    const jobs = parseQueue(sample('gridengine/x-lost-dr.xml'));
    expect(jobs.filter(({ own }) => own === 'dr').map(({ state }) => state)).toEqual(['finishing']);
  });

  it('finds none in an empty queue', () => {
    expect(parseQueue(sample('gridengine/qstat-empty.xml'))).toEqual([]);
  });

  it.each(['', 'error: commlib error', '<job_info><queue_info>'])('refuses "%s"', (text) => {
    expect(() => parseQueue(text)).toThrow('Cannot read what qstat prints: no XML');
  });
});

it('parseFreeSlots() adds up all queues', () => {
  expect(parseFreeSlots(sample('gridengine/qstat-gc.xml'))).toBe(0);
});

it('parseErrorReason() is the first one, without where it happened', () => {
  expect(parseErrorReason(sample('gridengine/qstat-j-err.txt'))).toBe(
    `can't open output file "/nonexistent/dir/": No such file or directory`,
  );
});
