import { describe, expect, it } from 'vitest';
import { parseIndexTargets } from '../../../src/image/mirrors.ts';

const TARGETS = `http://m.invalid/debian/ bookworm main
http://m.invalid/debian/ bookworm contrib
http://m.invalid/debian/ bookworm-updates main
http://s.invalid/security/ bookworm-security main
http://m.invalid/debian/ bookworm main
http://other.invalid/apt/ cloud-sdk-bookworm main
`;

describe('parseIndexTargets()', () => {
  it('takes the release with its updates and security archive, each once', () => {
    expect(parseIndexTargets(TARGETS, 'bookworm', ['main'])).toEqual([
      'deb http://m.invalid/debian/ bookworm main',
      'deb http://m.invalid/debian/ bookworm-updates main',
      'deb http://s.invalid/security/ bookworm-security main',
    ]);
  });

  it('takes the components asked for', () => {
    expect(parseIndexTargets(TARGETS, 'bookworm', ['contrib'])).toEqual([
      'deb http://m.invalid/debian/ bookworm contrib',
    ]);
  });

  it('takes none for a release that the machine does not use', () => {
    expect(parseIndexTargets(TARGETS, 'trixie', ['main'])).toEqual([]);
  });
});
