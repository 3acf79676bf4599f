#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`. One file, because three boot at once;
// CommonJS, because Node starts that sooner than modules (decision 006).
require('../dist/node.cjs');
