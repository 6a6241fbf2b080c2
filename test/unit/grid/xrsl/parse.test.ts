import { describe, expect, it } from 'vitest';
import { parseXrsl } from '../../../../src/grid/xrsl/parse.ts';

describe('parseXrsl()', () => {
  it('reads what people write', () => {
    const text = `
(* by hand *)
&(executable=/bin/echo)(arguments= "it's ""1""" 'it''s' ^%100%%% (a b))
 (jobName = "glob(" # '*.txt')(|(queue=a)(queue!=b))
`;
    const is = (attribute: string, ...values: unknown[]) => ({ attribute, operator: '=', values });
    expect(parseXrsl(text)).toEqual({
      combine: '&',
      parts: [
        is('executable', '/bin/echo'),
        is('arguments', 'it\'s "1"', "it's", '100%', ['a', 'b']),
        is('jobName', 'glob(*.txt'),
        { combine: '|', parts: [is('queue', 'a'), { ...is('queue', 'b'), operator: '!=' }] },
      ],
    });
  });

  it.for([
    ['', 'expected "&", "|", "+" or an attribute, found the end (line 1, column 1)'],
    ['&', 'expected "(", found the end (line 1, column 2)'],
    ['&(a="b', 'expected a closing ", found "\\"b" (line 1, column 5)'],
    ['&\n (a "b")', 'expected an operator such as "=", found "\\"b\\")" (line 2, column 5)'],
    ['&(a=b', 'expected ")", found the end (line 1, column 6)'],
    ['&(a=b # )', 'expected a text after "#", found ")" (line 1, column 9)'],
    ['&(a=$(B))', 'expected ")", found "$(B))" (line 1, column 5)'],
    ['&(a=b) x', 'expected the end, found "x" (line 1, column 8)'],
  ])('says what is wrong with %j', ([text = '', message]) => {
    expect(() => parseXrsl(text)).toThrow(`Cannot read the xRSL: ${message}`);
  });
});
