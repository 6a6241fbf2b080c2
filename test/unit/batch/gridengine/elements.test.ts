import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { Elements } from '../../../../src/batch/gridengine/elements.ts';
import { fixture } from '../../../kit/fixture.ts';

type Event = readonly string[];

function heard(pieces: readonly string[]): Event[] {
  const events: Event[] = [];
  const elements = new Elements('qstat', {
    open: (name, attributes) => events.push(['open', name, attributes]),
    leaf: (name, attributes, text) => events.push(['leaf', name, attributes, text]),
    close: (name) => events.push(['close', name]),
  });
  for (const piece of pieces) elements.push(piece);
  elements.end();
  return events;
}

/** The same, by a general parser. */
function reference(document: string): Event[] {
  const events: Event[] = [];
  const open: { name: string; attributes: string; text: string; isLeaf: boolean }[] = [];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }) => {
    const parent = open.at(-1);
    if (parent?.isLeaf === true) {
      parent.isLeaf = false;
      events.push(['open', parent.name, parent.attributes]);
    }
    const words = Object.entries(attributes).map(([key, value]) => `${key}="${value}"`);
    open.push({ name, attributes: words.join(' '), text: '', isLeaf: true });
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element === undefined) return;
    const { name, attributes, text } = element;
    events.push(element.isLeaf ? ['leaf', name, attributes, text] : ['close', name]);
  });
  parser.write(document).close();
  return events;
}

const name = fc.stringMatching(/^[A-Za-z][A-Za-z_-]{0,20}$/);
const attributes = fc
  .uniqueArray(fc.tuple(name, fc.stringMatching(/^[a-z0-9.:]{0,9}$/)), {
    selector: ([key]) => key,
    maxLength: 2,
  })
  .map((pairs) => pairs.map(([key, value]) => ` ${key}="${value}"`).join(''));
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '&lt;',
        '&gt;',
        '&amp;',
        '&apos;',
        '&quot;',
        '&#9;',
        '%lt;',
        'ä€😀',
        "'",
        '"',
      ),
      fc.stringMatching(/^[ -%'-;=?-~]{0,12}$/),
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.join(''));
const leaf = fc
  .tuple(name, attributes, text)
  .map(([tag, words, inner]) => `<${tag}${words}>${inner}</${tag}>\n`);
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .tuple(name, attributes, fc.array(tie('element'), { minLength: 1, maxLength: 4 }))
      .map(([tag, words, inner]) => `<${tag}${words}>\n  ${inner.join('  ')}</${tag}>\n`),
  ),
}));
const document = element.map((root) => `<?xml version='1.0'?>\n${root}`);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

function cut(whole: string, places: readonly number[]): string[] {
  const ends = [...places.map((place) => Math.floor(place * whole.length)), whole.length];
  const sorted = ends.toSorted((a, b) => a - b);
  return sorted.map((end, index) => whole.slice(sorted[index - 1] ?? 0, end));
}

describe('Elements', () => {
  it('hears what a general parser hears, wherever the document is cut', () => {
    fc.assert(
      fc.property(document, cuts, (whole, places) => {
        expect(heard(cut(whole, places))).toEqual(reference(whole));
      }),
    );
  });

  it.each(['arrays.xml', 'parallel.xml', 'states.xml'])('hears all of %s', (file) => {
    const whole = fixture(`gridengine/${file}`);
    expect(heard([...whole])).toEqual(reference(whole));
  });

  it('refuses a document that is not all there', () => {
    fc.assert(
      fc.property(document, fc.double({ min: 0, max: 0.999, noNaN: true }), (whole, part) => {
        const cutOff = whole.trimEnd().slice(0, Math.floor(part * whole.trimEnd().length));
        expect(() => heard([cutOff])).toThrow(/^Cannot read what qstat prints: /);
      }),
    );
  });

  it.each([
    ['<a><b>x</c></a>', '<b> is not closed (character 8)'],
    ['<a>\n<b>x</b>\n</c>', '</c> closes what is not open (character 14)'],
    ['<a>\n<b>x</b>\ny</a>', 'text beside elements (character 14)'],
    ['error: no', 'text beside elements (character 1)'],
    ['<a>\n<b>1</b></a><a>2</a>', 'a second document (character 17)'],
    ['', 'it ends too early (character 1)'],
    ['<a>\n<b>1</b>', 'it ends within <a> (character 13)'],
    [`<a>${'x'.repeat(2 ** 20)}`, 'an endless element (character 1)'],
  ])('refuses what is malformed, and says where (%#)', (whole, reason) => {
    expect(() => heard([whole])).toThrow(`Cannot read what qstat prints: ${reason}`);
  });
});
