#!/usr/bin/env node
// The command line of dsys; the work is in commands/, which the build packs (decision 006).
const { main } = require('./recorded.cjs').load('dsys.cjs');

main(process);
