import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabel, parseTags, renderLabel, renderTags } from '../../../src/provider/tags.ts';

const INSTANT = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((number) => !Object.is(number, -0));

const ALWAYS = {
  controller: fc.uuid(),
  pool: fc.string(),
  node: fc.string(),
  specHash: fc.string(),
  created: INSTANT,
  seat: fc.record({ host: fc.string(), address: fc.string() }),
};
const TAGS = fc.record(
  { ...ALWAYS, owner: fc.string(), expires: INSTANT },
  { requiredKeys: ['controller', 'pool', 'node', 'specHash', 'created', 'seat'] },
);

describe('tags', () => {
  it('are the same after a journey, in one line', () => {
    fc.assert(
      fc.property(TAGS, (tags) => {
        expect(renderTags(tags)).not.toContain('\n');
        expect(parseTags(renderTags(tags))).toEqual(tags);
        expect(renderLabel(tags)).toMatch(/^[0-9a-f]*$/);
        expect(parseLabel(renderLabel(tags))).toEqual(tags);
      }),
    );
  });

  it('are nobody’s when they are not whole', () => {
    const whole = JSON.stringify({
      ...{ controller: 'c', pool: 'p', node: 'n', specHash: 's', created: 1 },
      seat: { host: 'h', address: 'a' },
    });
    expect(parseTags(whole)).toBeDefined();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), (length) => {
        expect(parseTags(whole.slice(0, length))).toBeUndefined();
      }),
    );
    for (const text of ['', 'null', '7', '[]', '{}']) expect(parseTags(text)).toBeUndefined();
  });
});
