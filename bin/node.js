#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`. One file, because three boot at once.
import '../dist/node.js';
