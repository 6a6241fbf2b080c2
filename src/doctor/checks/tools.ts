import { ImageError } from '../../image/errors.ts';
import { findTools } from '../../image/tools.ts';
import { type Check, type Finding, ok, warn } from '../check.ts';
import type { Place } from '../place.ts';

export const TOOLS: readonly Check[] = [
  { id: 'build', group: 'image', title: 'tools for building', look: lookAtTools },
];

function lookAtTools({ path, caller }: Place): Finding {
  try {
    findTools(path, caller.uid === 0);
    return ok('all found');
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return warn(error.message, error.hint ?? '');
  }
}
