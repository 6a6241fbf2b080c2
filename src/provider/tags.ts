import type { Seat } from '../model/node.ts';
import type { Tags } from './provider.ts';

/** Tags as the one line that travels with everything made for a node. */
export function renderTags(tags: Tags): string {
  const { controller, owner, pool, node, seat, specHash, created, expires } = tags;
  return JSON.stringify({ controller, owner, pool, node, seat, specHash, created, expires });
}

/** @returns undefined when the text holds no tags: then it is nobody's. */
export function parseTags(text: string): Tags | undefined {
  const found = parse(text);
  const { controller, owner, pool, node, seat, specHash, created, expires } = found;
  if (typeof controller !== 'string' || typeof pool !== 'string' || typeof node !== 'string') {
    return undefined;
  }
  if (typeof specHash !== 'string' || typeof created !== 'number') return undefined;
  if (!isSeat(seat)) return undefined;
  return {
    ...{ controller, pool, node, seat, specHash, created },
    ...(typeof owner === 'string' && { owner }),
    ...(typeof expires === 'number' && { expires }),
  };
}

function isSeat(value: unknown): value is Seat {
  const { host, address } = (value ?? {}) as Partial<Seat>;
  return typeof host === 'string' && typeof address === 'string';
}

function parse(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Tags in letters and digits alone, for those who keep nothing else unchanged. */
export function renderLabel(tags: Tags): string {
  return Buffer.from(renderTags(tags)).toString('hex');
}

/** @returns undefined as {@link parseTags} does. */
export function parseLabel(label: string): Tags | undefined {
  return parseTags(Buffer.from(label, 'hex').toString());
}
