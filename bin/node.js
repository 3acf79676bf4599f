#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`.
import '../dist/src/runtime/main.js';
