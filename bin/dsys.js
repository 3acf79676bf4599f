#!/usr/bin/env node
// The command line of dsys; the work is in commands/.
import { main } from '../dist/commands/cli/main.js';

await main(process);
