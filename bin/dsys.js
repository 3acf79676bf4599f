#!/usr/bin/env node
import { main } from '../dist/commands/cli/main.js';

await main(process);
