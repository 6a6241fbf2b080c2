import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { identify } from '../../../src/host/processes.ts';
import { isAbandoned, isTemporaryOf, temporaryName } from '../../../src/host/temporary-name.ts';

const OWN = temporaryName('/d/c.tar.gz');

it('temporaryName() belongs to its file, and to no other', () => {
  expect(OWN).not.toBe(temporaryName('/d/c.tar.gz'));
  const names = ['c.tar.gz', 'c.tar', 'tar.gz', `${OWN.slice(1, -4)}`];
  expect(names.map((name) => isTemporaryOf(name, OWN))).toEqual([true, false, false, false]);
});

it('isAbandoned() tells the living from the dead, also where numbers are used again', () => {
  const { pid = 0 } = spawnSync('true');
  const { started = '' } = identify(process.pid) ?? {};
  const own = `-${process.pid}-${started}-`;
  const names = [
    OWN,
    OWN.replace(own, `-${pid}-${started}-`),
    OWN.replace(own, `-${process.pid}-${Number(started) - 1}-`),
    OWN.replace(/[0-9a-f]{8}(?=-)/, '01234567').replace(own, `-${pid}-1-`),
    '.c.tar.gz.swp',
  ];
  expect(names.map(isAbandoned)).toEqual([false, true, true, false, false]);
});
