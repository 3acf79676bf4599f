#!/usr/bin/env node
// The process of one node; started by `dsys up` and `dsys start`. One file, because three boot at once;
// CommonJS, because Node starts that sooner than modules (decision 006). The build records what V8
// makes of the file while a cluster starts: a node with the same source, binary and flags takes it.
const { readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

const file = join(__dirname, '..', 'dist', 'node.cjs');
const recordFile = `${file}.code`;
/**
 * Checksums of who made it and of the code: V8 itself compares its version, the flags, and the length
 * of the source.
 */
const headBytes = 8;

const source = readFileSync(file);
const script = new Script(
  `(function (exports, require, module, __filename, __dirname) {${source.toString('utf8')}\n})`,
  { filename: file, cachedData: readRecord() },
);
if (process.env.DSYS_RECORD_CODE !== undefined) process.on('exit', writeRecord);
const program = { exports: {} };
script.runInThisContext()(program.exports, createRequire(file), program, file, dirname(file));

/** Of this source in the hands of this very binary: two builds of one version may differ. */
function makerChecksum() {
  const { size, mtimeMs } = statSync(process.execPath);
  const { platform, arch, version } = process;
  return crc32([platform, arch, version, size, mtimeMs].join(), crc32(source));
}

/** undefined: there is none, or it is of something else. */
function readRecord() {
  try {
    const record = readFileSync(recordFile);
    const code = record.subarray(headBytes);
    const isIntact =
      record.readUInt32LE(0) === makerChecksum() && record.readUInt32LE(4) === crc32(code);
    return isIntact ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeRecord() {
  const code = script.createCachedData();
  const head = Buffer.alloc(headBytes);
  head.writeUInt32LE(makerChecksum(), 0);
  head.writeUInt32LE(crc32(code), 4);
  writeFileSync(`${recordFile}.${process.pid}`, Buffer.concat([head, code]));
  renameSync(`${recordFile}.${process.pid}`, recordFile);
}
