// Processes as the system shows them: really spawned, really stopped, really gone.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodePaths } from '../../src/cluster/home.ts';
import { signalProcess, waitForCondition } from '../../src/cluster/node-process.ts';
import {
  type PidRecord,
  readLastAction,
  readPidRecord,
  recordedProcess,
  writeLastAction,
  writePidRecord,
} from '../../src/cluster/pid-file.ts';
import { parseProcStat, processCommand, processFacts } from '../../src/cluster/process-table.ts';

let directory: string;
let child: ChildProcess;
let record: PidRecord;
let paths: NodePaths;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dsys-process-'));
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  record = { pid, startTime: processFacts(pid).startTime ?? '', startedAt: Date.now() };
  const file = (name: string): string => join(directory, name);
  paths = {
    root: directory,
    identity: file('identity.json'),
    wal: file('wal'),
    state: file('state'),
    log: file('node.log'),
    pid: file('pid'),
    exit: file('exit.json'),
    lastAction: file('last-action.json'),
  };
});

afterEach(() => {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

describe('conditions', () => {
  it('sees a process running, paused, running again, and gone', async () => {
    expect(recordedProcess(record).condition).toBe('running');
    signalProcess(record, 'SIGSTOP');
    expect(await waitForCondition(record, 'paused', 5000)).toBe(true);
    signalProcess(record, 'SIGCONT');
    expect(await waitForCondition(record, 'running', 5000)).toBe(true);
    expect(signalProcess(record, 'SIGKILL')).toBe(true);
    expect(await waitForCondition(record, 'gone', 5000)).toBe(true);
    expect(signalProcess(record, 'SIGKILL')).toBe(false);
  });

  it('gives up waiting when the time is over', async () => {
    expect(await waitForCondition(record, 'gone', 20)).toBe(false);
  });

  it('never signals a process that has a recorded pid but another start time', () => {
    const recycled = { ...record, startTime: '1' };
    expect(recordedProcess(recycled).condition).toBe('gone');
    expect(signalProcess(recycled, 'SIGKILL')).toBe(false);
    expect(recordedProcess(record).condition).toBe('running');
  });

  it('knows the command line of a process', () => {
    expect(processCommand(record.pid)).toContain('setInterval');
  });
});

describe('/proc/<pid>/stat', () => {
  const rest = '1 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 987654 1000 10';

  it('reads state and start time behind a name with spaces and parentheses', () => {
    expect(parseProcStat(`7 (a) b) S ${rest}`)).toEqual({
      condition: 'running',
      startTime: '987654',
    });
    expect(parseProcStat(`7 (node) T ${rest}`).condition).toBe('paused');
  });

  it('takes a zombie for gone', () => {
    expect(parseProcStat(`7 (node) Z ${rest}`)).toEqual({ condition: 'gone', startTime: null });
  });
});

describe('records', () => {
  it('survive a round trip, and are null when absent', () => {
    expect(readPidRecord(paths)).toBeNull();
    expect(readLastAction(paths)).toBeNull();
    writePidRecord(paths, record);
    writeLastAction(paths, record, { action: 'kill', signal: 'SIGKILL' });
    expect(readPidRecord(paths)).toEqual(record);
    const { pid, startTime } = record;
    const wanted = { action: 'kill', signal: 'SIGKILL', pid, startTime };
    expect(readLastAction(paths)).toMatchObject(wanted);
  });
});
