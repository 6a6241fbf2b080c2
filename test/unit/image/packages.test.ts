import { describe, expect, it } from 'vitest';
import { parseDpkgStatus } from '../../../src/image/packages.ts';

const STATUS = `Package: zlib1g
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 1:1.2.13.dfsg-1
Description: compression library
 Package: not a field
 .
 Version: 9

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1.0

Package: adduser
Status: install ok installed
Priority: important
Architecture: all
Version: 3.134
`;

describe('parseDpkgStatus()', () => {
  it('lists installed packages by name, and no others', () => {
    expect(parseDpkgStatus(STATUS)).toEqual([
      { name: 'adduser', version: '3.134', arch: 'all' },
      { name: 'zlib1g', version: '1:1.2.13.dfsg-1', arch: 'amd64' },
    ]);
  });

  it('finds none in an empty text', () => {
    expect(parseDpkgStatus('')).toEqual([]);
  });
});
