import { providerSchema } from './providers.ts';
import { count, duration, flag, list, money, section, size, text, word } from './values.ts';

const WEEK = 604_800;

export const poolSchema = section({
  name: word(
    /^[a-z0-9](?:[a-z0-9-]{0,14}[a-z0-9])?$/,
    'at most 16 lower-case letters, digits and dashes',
  ),
  provider: providerSchema,
  slots: count(1).default(1),
  memory: size(),
  features: list(text('a feature'), 'features').default([]),
  queues: list(text('the name of a queue'), 'queues').optional(),
  'max-nodes': count(0),
  'min-nodes': count(0).default(0),
  price: money().default(0),
  'billing-unit': duration().default(1),
  spot: flag().default(false),
  'max-lifetime': duration().default(WEEK),
});
