// Loads a packed program of dist/, with the code that V8 made of it when the build ran it: a process
// with the same source, binary and flags takes that, and compiles nothing (decision 006). The programs
// are CommonJS, because Node starts that sooner than modules, and ASCII, which is read at once.
const { readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * Checksums of who made it and of the code: V8 itself compares its version, the flags, and the length
 * of the source.
 */
const headBytes = 8;

/** Runs the program; what it exports. With DSYS_RECORD_CODE its end leaves the code for the next. */
exports.load = (name) => {
  const file = join(__dirname, '..', 'dist', name);
  const source = readFileSync(file);
  const cachedData = readRecord(file, source);
  const script = new Script(source.latin1Slice(), { filename: file, cachedData });
  if (process.env.DSYS_RECORD_CODE !== undefined) {
    process.on('exit', () => writeRecord(file, source, script));
  }
  const program = { exports: {} };
  script.runInThisContext()(program.exports, createRequire(file), program, file, dirname(file));
  return program.exports;
};

/** Of this source in the hands of this very binary: two builds of one version may differ. */
function makerChecksum(source) {
  const { size, mtimeMs } = statSync(process.execPath);
  const { platform, arch, version } = process;
  return crc32([platform, arch, version, size, mtimeMs].join(), crc32(source));
}

/** undefined: there is none, or it is of something else. */
function readRecord(file, source) {
  try {
    const record = readFileSync(`${file}.code`);
    const code = record.subarray(headBytes);
    const isIntact =
      record.readUInt32LE(0) === makerChecksum(source) && record.readUInt32LE(4) === crc32(code);
    return isIntact ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Of everything that has run so far, also before, if that came from a record. */
function writeRecord(file, source, script) {
  try {
    const code = script.createCachedData();
    const head = Buffer.alloc(headBytes);
    head.writeUInt32LE(makerChecksum(source), 0);
    head.writeUInt32LE(crc32(code), 4);
    const path = `${file}.code.${process.pid}`;
    writeFileSync(path, Buffer.concat([head, code]));
    renameSync(path, `${file}.code`);
  } catch (error) {
    process.stderr.write(`the code of ${file} was not recorded: ${error.message}\n`);
  }
}
