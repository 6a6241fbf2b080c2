import { describe } from 'vitest';
import { localFiles } from '../../../src/host/local-files.ts';
import { filesContract } from '../../kit/files-contract.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();

describe('localFiles', () =>
  filesContract(
    () => localFiles,
    () => directory.path,
  ));
