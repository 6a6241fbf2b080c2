/**
 * JSON as an A-REX writes it: everything is a string, one element stands for a list of one, and an
 * empty list is a missing key or an empty body. Source: the REST interface 1.0 of ARC 6.
 *
 * @module
 */

export type ArcObject = { readonly [key: string]: unknown };

/** @returns an empty object for an empty body; undefined when it is no JSON object. */
export function parseAnswer(body: string): ArcObject | undefined {
  if (body.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(body, (_, one: unknown) =>
      typeof one === 'string' ? bytesAsText(one) : one,
    );
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** It escapes each byte of UTF-8 as if that were a character: `\u00C3\u00BC` for `ü`. */
function bytesAsText(text: string): string {
  if (!/^[\0-\xff]*$/.test(text)) return text;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(text, 'latin1'),
    );
  } catch {
    return text;
  }
}

export function listOf(object: ArcObject, key: string): readonly unknown[] {
  const value = object[key];
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? value : [value];
}

export function objectsOf(object: ArcObject, key: string): readonly ArcObject[] {
  return listOf(object, key).filter(isObject);
}

export function objectOf(object: ArcObject, key: string): ArcObject {
  return objectsOf(object, key)[0] ?? {};
}

export function textOf(object: ArcObject, key: string): string {
  const value = listOf(object, key)[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function textsOf(object: ArcObject, key: string): readonly string[] {
  return listOf(object, key).map(String);
}

function isObject(value: unknown): value is ArcObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
