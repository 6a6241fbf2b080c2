import { describe, expect, it } from 'vitest';
import { settings } from '../../../src/launch/control.ts';
import { startPlan } from '../../kit/start-plan.ts';

describe('settings()', () => {
  it('tells the guest who its user is, and nothing that it does not need', () => {
    expect(settings(startPlan(), { stdin: false, stderr: false })).toEqual([
      'grace=8',
      'uid=7',
      'gid=8',
      'user=ada',
      'group=staff',
      'umask=27',
    ]);
  });

  it('tells all that a plan can hold', () => {
    const plan = startPlan({
      jobdir: '/j b',
      changes: '/c=d',
      timeout: 1.5,
      network: { kind: 'slirp4netns', program: '/s' },
    });
    expect(
      settings(plan, { terminal: { rows: 2, columns: 3 }, stdin: true, stderr: true }),
    ).toEqual([
      'jobdir=/j b',
      'changes=/c=d',
      'grace=8',
      'timeout=2',
      'interface=vec0',
      'mtu=16384',
      ...['uid=7', 'gid=8', 'user=ada', 'group=staff', 'umask=27'],
      ...['terminal=1', 'rows=2', 'columns=3', 'stdin=1', 'stderr=1'],
    ]);
  });
});
