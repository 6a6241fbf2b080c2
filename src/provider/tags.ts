import type { Tags } from './provider.ts';

/** Tags as the one line that travels with everything made for a node. */
export function renderTags({ controller, pool, node, specHash, created }: Tags): string {
  return JSON.stringify({ controller, pool, node, specHash, created });
}

/** @returns undefined when the text holds no tags: then it is nobody's. */
export function parseTags(text: string): Tags | undefined {
  const found = parse(text);
  const { controller, pool, node, specHash, created } = found;
  if (typeof controller !== 'string' || typeof pool !== 'string' || typeof node !== 'string') {
    return undefined;
  }
  if (typeof specHash !== 'string' || typeof created !== 'number') return undefined;
  return { controller, pool, node, specHash, created };
}

function parse(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
