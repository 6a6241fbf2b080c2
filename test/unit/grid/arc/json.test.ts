import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../../../src/grid/arc/json.ts';

describe('parseAnswer()', () => {
  it('reads names as the service escapes them', () => {
    const body = String.raw`{"file":["Gr\u00C3\u00BC\u00C3\u009Fe \u00F0\u009F\u00A7\u00AC","back\u005Cslash\u005C","(*"],"dir":"d"}`;
    expect(parseAnswer(body)).toEqual({ file: ['Grüße 🧬', 'back\\slash\\', '(*'], dir: 'd' });
  });

  it.for(['数', 'ü', '\u00c3(', ''])('leaves %j alone, which no bytes of UTF-8 make', (name) => {
    expect(parseAnswer(JSON.stringify({ name }))).toEqual({ name });
  });

  it.for([
    ['', {}],
    ['{', undefined],
    ['[]', undefined],
  ] as const)('makes of %j what it is', ([body, value]) => {
    expect(parseAnswer(body)).toEqual(value);
  });
});
