// The numbers on the wire and on disk are for ever: these tables may only grow.

import { expect, test } from 'vitest';
import { dropReasons, protocolVersion } from '../../src/wire/frame-header.ts';
import * as numbers from '../../src/wire/numbers.ts';

const tables = Object.fromEntries(
  Object.entries(numbers).filter(([, table]) => typeof table === 'object'),
) as Record<string, Record<string, number>>;

test('no number was ever moved', () => {
  expect(tables).toMatchInlineSnapshot(`
    {
      "beliefNumbers": {
        "alive": 2,
        "dead": 4,
        "left": 5,
        "suspect": 3,
        "unknown": 1,
      },
      "commandKinds": {
        "feature-level-raised": 11,
        "groups-released": 8,
        "member-departing": 7,
        "member-joined": 6,
        "member-removed": 9,
        "member-started": 4,
        "merge": 2,
        "owner-released": 5,
        "settings-changed": 10,
        "watermark": 3,
        "write": 1,
      },
      "consistencyNumbers": {
        "all": 3,
        "one": 1,
        "quorum": 2,
      },
      "departureNumbers": {
        "leaving": 1,
        "lost": 2,
      },
      "effectNumbers": {
        "committed": 3,
        "none": 1,
        "unknown": 2,
      },
      "frameKinds": {
        "peer": 1,
        "removal": 4,
        "replies": 3,
        "requests": 2,
      },
      "membershipKinds": {
        "ack": 3,
        "nack": 4,
        "ping": 1,
        "ping-request": 2,
        "sync": 5,
      },
      "operationKinds": {
        "configure": 12,
        "control": 9,
        "delete": 2,
        "get": 4,
        "hashes": 8,
        "increment": 3,
        "join": 10,
        "leave": 11,
        "put": 1,
        "scan": 5,
        "status": 6,
        "topology": 7,
      },
      "payloadKinds": {
        "command": 3,
        "configuration": 2,
        "noop": 1,
      },
      "peerKinds": {
        "address-book": 9,
        "alive": 2,
        "announce-start": 7,
        "ask-release": 12,
        "ask-standing": 10,
        "forward": 3,
        "forwarded": 4,
        "group": 1,
        "membership": 8,
        "not-a-member": 11,
        "propose-merge": 5,
        "propose-watermark": 6,
        "released": 13,
        "report-released": 14,
      },
      "raftKinds": {
        "append": 3,
        "appended": 4,
        "heartbeat": 5,
        "heartbeat-ack": 6,
        "install-snapshot": 7,
        "request-vote": 1,
        "snapshot-ack": 8,
        "timeout-now": 9,
        "vote": 2,
      },
      "reasonNumbers": {
        "clock-ahead": 10,
        "condition-failed": 4,
        "feature-missing": 15,
        "invalid": 9,
        "member-exists": 12,
        "member-needed": 14,
        "member-unknown": 13,
        "not-a-number": 5,
        "not-at-all": 8,
        "not-leader": 1,
        "overloaded": 3,
        "session-expired": 6,
        "stopping": 11,
        "timeout": 7,
        "unavailable": 2,
      },
      "recordKinds": {
        "entries": 1,
        "group-dropped": 6,
        "hard-state": 2,
        "log-start": 3,
        "tentative": 4,
        "tentative-done": 5,
      },
      "resolverNumbers": {
        "lww": 1,
        "siblings": 2,
      },
      "resultKinds": {
        "administered": 9,
        "control": 8,
        "hashes": 6,
        "read": 2,
        "refused": 7,
        "scanned": 3,
        "status": 4,
        "topology": 5,
        "written": 1,
      },
      "roleNumbers": {
        "candidate": 3,
        "follower": 2,
        "leader": 1,
        "learner": 5,
        "pre-candidate": 4,
      },
      "rowKinds": {
        "conflict": 3,
        "control": 5,
        "item": 1,
        "machine": 4,
        "session": 2,
      },
      "rumourNumbers": {
        "alive": 1,
        "dead": 3,
        "suspect": 2,
      },
      "sessionResultKinds": {
        "refused": 2,
        "written": 1,
      },
    }
  `);
});

test('no number stands for two words', () => {
  for (const [name, table] of Object.entries(tables)) {
    const used = Object.values(table);
    expect(new Set(used).size, name).toBe(used.length);
    expect(Math.min(...used), name).toBeGreaterThan(0);
  }
});

test('drops are counted under the same names as ever, in protocol version 1', () => {
  expect(dropReasons).toEqual(['too-big', 'malformed', 'foreign-cluster', 'protocol-version']);
  expect(protocolVersion).toBe(1);
});
