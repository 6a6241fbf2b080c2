/**
 * xRSL, the job language of ARC (NorduGrid's "Extended Resource Specification Language", as A-REX 6
 * reads it): a tree of what it can say, without variables.
 *
 * @module
 */

import { AppPotError } from '../../base/errors.ts';

export class XrslError extends AppPotError<'XRSL_MALFORMED'> {}

/** A text, or a sequence in parentheses. */
export type XrslValue = string | readonly XrslValue[];

export type XrslOperator = '=' | '!=' | '<' | '>' | '<=' | '>=';

/** `(attribute = value value)` */
export interface XrslRelation {
  readonly attribute: string;
  readonly operator: XrslOperator;
  readonly values: readonly XrslValue[];
}

/** `&(…)(…)`: all of it; `|(…)(…)`: any of it; `+(…)(…)`: several jobs. */
export interface XrslGroup {
  readonly combine: '&' | '|' | '+';
  readonly parts: readonly Xrsl[];
}

export type Xrsl = XrslGroup | XrslRelation;

export function isGroup(node: Xrsl): node is XrslGroup {
  return 'combine' in node;
}
