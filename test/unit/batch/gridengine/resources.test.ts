import { describe, expect, it } from 'vitest';
import { hostFeature, wishOf } from '../../../../src/batch/gridengine/resources.ts';

describe('wishOf()', () => {
  it.each([
    ['h_vmem', '2G', { memory: 2 ** 31 }],
    ['mem_free', '1.5g', { memory: 1_500_000_000 }],
    ['h_vmem', 'infinity', {}],
    ['h_rt', '600', { wallTime: 600 }],
    ['s_rt', '1:30:00', { wallTime: 5_400 }],
    ['h_rt', '0::30', { wallTime: 30 }],
    ['h_rt', 'INFINITY', {}],
    ['bigmem', 'TRUE', { feature: 'bigmem' }],
    ['bigmem', 'FALSE', {}],
    ['licence', '2', { feature: 'licence' }],
    ['arch', 'lx-amd64', { feature: 'arch=lx-amd64' }],
    ['hostname', 'node001', { feature: 'hostname=node001' }],
  ])('-l %s=%s', (name, value, wish) => {
    expect(wishOf(name, value)).toEqual(wish);
  });
});

describe('hostFeature()', () => {
  it.each([
    ['bigmem', 'hf', '1.000000', 'bigmem'],
    ['bigmem', 'hf', '0.000000', undefined],
    ['licence', 'hc', '3', 'licence'],
    ['licence', 'hc', '0', 'licence'],
    ['site', 'hf', 'east', 'site=east'],
    ['tmpdir', 'qf', '/tmp', undefined],
    ['load_avg', 'hl', '0.5', undefined],
    ['h_vmem', 'qf', 'infinity', undefined],
  ])('%s (%s) of %s is %s', (name, type, value, feature) => {
    expect(hostFeature(name, type, value)).toBe(feature);
  });
});
