// The storage on files keeps the contract that the one in memory keeps.

import { storageContract } from '../../ports/storage.contract.ts';
import { FileHarness } from './file-harness.ts';

storageContract('files', () => FileHarness.make());
