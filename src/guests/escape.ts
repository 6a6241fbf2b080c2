const [NEWLINE, RETURN, TILDE, DOT] = [0x0a, 0x0d, 0x7e, 0x2e];

/** Where in a line the next key falls; `left` after the escape. */
type Place = 'start' | 'tilde' | 'inside' | 'left';

/**
 * What is typed, until `~.` at the start of a line, as ssh(1) has it; `~~` there is one tilde.
 *
 * @returns ends at the escape, and at the end of what is typed.
 */
export async function* untilEscape(typed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let place: Place = 'start';
  for await (const chunk of typed) {
    const kept: number[] = [];
    for (const key of chunk) {
      const keys = passed(place, key);
      place = after(place, key);
      kept.push(...keys);
    }
    if (kept.length > 0) yield Uint8Array.from(kept);
    if (place === 'left') return;
  }
}

/** Keys that go on to the guest. */
function passed(place: Place, key: number): number[] {
  const next = after(place, key);
  if (next === 'tilde' || next === 'left') return [];
  return place === 'tilde' && key !== TILDE ? [TILDE, key] : [key];
}

function after(place: Place, key: number): Place {
  if (place === 'left') return place;
  if (place === 'start' && key === TILDE) return 'tilde';
  if (place === 'tilde' && key === DOT) return 'left';
  return key === NEWLINE || key === RETURN ? 'start' : 'inside';
}
