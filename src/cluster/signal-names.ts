// The signals that this system has, by name.

import { constants } from 'node:os';
import type { SignalName } from './node-process.ts';

export const signalNames = Object.keys(constants.signals) as SignalName[];
