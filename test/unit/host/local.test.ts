import { describe } from 'vitest';
import { localHost } from '../../../src/host/local.ts';
import { hostContract } from '../../kit/host-contract.ts';

describe('localHost', () => hostContract(() => localHost));
