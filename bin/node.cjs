#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`. The work is in src/runtime, which the
// build packs (decision 006).
require('./recorded.cjs').load('node.cjs');
