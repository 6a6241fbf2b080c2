import { describe, expect, it } from 'vitest';
import { FORMAT, type ImageRecord, parseRecord, renderRecord } from '../../../src/image/record.ts';

const RECORD: ImageRecord = {
  format: FORMAT,
  name: 'minimal',
  suite: 'bookworm',
  arch: 'amd64',
  created: '2026-11-22T00:00:00.000Z',
  digest: 'd',
  base: 'b',
  recipe: 'r',
  size: 1,
  allocated: 2,
  packages: [{ name: 'tar', version: '1', arch: 'amd64' }],
  kernels: [],
};

describe('parseRecord()', () => {
  it('reads what renderRecord() writes', () => {
    expect(parseRecord(renderRecord(RECORD), 'x.json')).toEqual(RECORD);
  });

  it('refuses what is not JSON', () => {
    expect(() => parseRecord('{', 'x.json')).toThrow('Cannot read "x.json": it is not JSON');
  });

  it.for([
    ['another format', { ...RECORD, format: 'apppot-image-9' }],
    ['a missing field', { ...RECORD, digest: undefined }],
    ['a list', []],
    ['null', null],
  ])('refuses %s', ([, value]) => {
    expect(() => parseRecord(JSON.stringify(value), 'x.json')).toThrow(
      'Cannot read "x.json": expected the format "apppot-image-1" and its fields',
    );
  });
});
