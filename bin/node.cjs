#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`. One file, because three boot at once;
// CommonJS, because Node starts that sooner than modules (decision 006). The build records what V8
// makes of the file while a cluster starts: a node with the same source, version and flags takes it.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const file = join(__dirname, '..', 'dist', 'node.cjs');
const recordFile = `${file}.code`;
/** Checksums of the source and of the code: V8 compares no more than the length of the source. */
const headBytes = 8;

const source = readFileSync(file);
const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${source.toString('utf8')}\n})`,
  { filename: file, cachedData: readRecord() },
);
if (process.env.DSYS_RECORD_CODE !== undefined) process.on('exit', writeRecord);
const program = { exports: {} };
script.runInThisContext()(program.exports, createRequire(file), program, file, dirname(file));

/** undefined: there is none, or it is of something else. */
function readRecord() {
  try {
    const record = readFileSync(recordFile);
    const code = record.subarray(headBytes);
    const isIntact =
      record.readUInt32LE(0) === crc32(source) && record.readUInt32LE(4) === crc32(code);
    return isIntact ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeRecord() {
  const code = script.createCachedData();
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(crc32(source), 0);
  head.writeUInt32LE(crc32(code), 4);
  writeFileSync(`${recordFile}.${process.pid}`, Buffer.concat([head, code]));
  renameSync(`${recordFile}.${process.pid}`, recordFile);
}
