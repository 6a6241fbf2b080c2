import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXrsl } from '../../../../src/grid/xrsl/parse.ts';
import { printXrsl } from '../../../../src/grid/xrsl/print.ts';
import type { Xrsl, XrslRelation, XrslValue } from '../../../../src/grid/xrsl/tree.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('(', '*', ')', '"', '""', "'", '^', '#', '$', '\\', ' ', '\n', 'ü'))
    .map((parts) => parts.join('')),
);

const { value } = fc.letrec<{ value: XrslValue }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, fc.array(tie('value'), { maxLength: 3 })),
}));

const relation: fc.Arbitrary<XrslRelation> = fc.record({
  attribute: fc.stringMatching(/^[a-zA-Z_]+$/),
  operator: fc.constantFrom('=', '!=', '<', '>', '<=', '>='),
  values: fc.array(value, { maxLength: 4 }),
});

const { node } = fc.letrec<{ node: Xrsl }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    relation,
    fc.record({
      combine: fc.constantFrom('&', '|', '+'),
      parts: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

describe('parseXrsl()', { timeout: 20_000 }, () => {
  it('reads back every tree that printXrsl() prints', () => {
    fc.assert(
      fc.property(node, (tree) => {
        expect(parseXrsl(printXrsl(tree))).toEqual(tree);
      }),
    );
  });
});

describe('printXrsl()', { timeout: 20_000 }, () => {
  it('never prints the beginning of a comment', () => {
    fc.assert(
      fc.property(node, (tree) => {
        expect(printXrsl(tree)).not.toContain('(*');
      }),
    );
  });
});
