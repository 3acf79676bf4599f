#!/usr/bin/env node
// The command line of dsys; the work is in commands/, which the build packs (decision 006).
import { main } from '../dist/cli/cli/main.js';

await main(process);
