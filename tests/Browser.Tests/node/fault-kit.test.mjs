// The fault kit (bench/faults): what its verdict finds, and one short scenario on real processes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ledger, silenceLimit } from '../../../bench/faults/ledger.mjs';

const kit = fileURLToPath(new URL('../../../bench/faults/run.mjs', import.meta.url));

/** A run in which U_1 and the old client V_9 are connected from 0 on, and three messages to each are sent, acknowledged and shown. */
function goodRun() {
  const ledger = new Ledger();
  ledger.receiver('U_1', 'new');
  ledger.receiver('V_9', 'old');
  ['U_1', 'V_9'].forEach((name) => ledger.connected(name, 0));
  const rows = [];
  for (const [to, conversation] of [['U_1', 'a'], ['V_9', 'b']]) {
    for (let seq = 1; seq <= 3; seq++) {
      const id = `${to}.${seq}`;
      ledger.sent(id, 'new', 'V_1', to, seq * 100);
      ledger.acked(id, seq * 100 + 10, conversation, seq);
      rows.push({ conversation, seq, content: id });
    }
  }
  return { ledger, rows, show: (to, seq, at = seq * 100 + 20) => ledger.shown(to, `${to}.${seq}`, at, to, seq) };
}

const everything = [['U_1', 1], ['U_1', 2], ['U_1', 3], ['V_9', 1], ['V_9', 2], ['V_9', 3]];

describe('the verdict', () => {
  test('everythingShownOnceInOrder_isKept', () => {
    const { ledger, rows, show } = goodRun();
    everything.forEach(([to, seq]) => show(to, seq));
    assert.deepEqual(ledger.verdict(rows, 100_000).broken, []);
    assert.equal(ledger.verdict(rows, 100_000).silence, 10);
  });

  for (const [name, change, expected] of [
    ['acknowledgedButNotInTheLog', ({ rows }) => rows.splice(2, 1), 'lost 1'],
    ['twiceInTheLog', ({ rows }) => rows.push({ conversation: 'a', seq: 4, content: 'U_1.1' }), 'doubledInLog 1'],
    ['aHoleInTheNumbers', ({ rows }) => { rows[2].seq = 4; }, 'holes 1'],
    ['shownTwice', ({ show }) => show('U_1', 2), 'doubled 1'],
    ['shownTwiceToAnOldClient', ({ show }) => show('V_9', 2), 'doubled 1'],
  ]) {
    test(`${name}_isBroken`, () => {
      const run = goodRun();
      everything.forEach(([to, seq]) => run.show(to, seq));
      change(run);
      assert.deepEqual(run.ledger.verdict(run.rows, 100_000).broken, [expected]);
    });
  }

  test('shownOutOfOrder_isBrokenForNewClients_andCountedApartForOldOnes', () => {
    const { ledger, rows, show } = goodRun();
    [['U_1', 2], ['U_1', 1], ['U_1', 3], ['V_9', 2], ['V_9', 1], ['V_9', 3]].forEach(([to, seq]) => show(to, seq, 500));
    const found = ledger.verdict(rows, 100_000);
    assert.deepEqual([found.broken, found.oldReordered], [['reordered 1'], 1]);
  });

  test('neverShown_isSilentForANewClient_andLostForAnOldOne', () => {
    const { ledger, rows, show } = goodRun();
    [['U_1', 1], ['U_1', 2], ['V_9', 1], ['V_9', 2]].forEach(([to, seq]) => show(to, seq));
    assert.equal(ledger.waiting().length, 2);
    const found = ledger.verdict(rows, 100_000);
    assert.deepEqual(found.broken, ['silent 1', 'oldLost 1', `silence ${100_000 - 310}`]);
  });

  test('shownLaterThanTheLimit_isBroken', () => {
    const { ledger, rows, show } = goodRun();
    everything.forEach(([to, seq]) => show(to, seq, to === 'U_1' && seq === 3 ? 311 + silenceLimit : seq * 100 + 20));
    assert.deepEqual(ledger.verdict(rows, 100_000).broken, [`silence ${silenceLimit + 1}`]);
  });

  test('sentWhileAnOldClientWasAway_isNotLost_shownToANewOneAfterItsReturn_countsFromThere', () => {
    const { ledger, rows, show } = goodRun();
    ['U_1', 'V_9'].forEach((name) => { ledger.disconnected(name, 250); ledger.connected(name, 60_000); });
    [['U_1', 1], ['U_1', 2], ['V_9', 1], ['V_9', 2]].forEach(([to, seq]) => show(to, seq));
    show('U_1', 3, 60_040);
    const found = ledger.verdict(rows, 100_000);
    assert.deepEqual([found.broken, found.oldAway, found.silence], [[], 1, 40]);
  });

  test('nothingAcknowledged_isBroken', () => assert.deepEqual(new Ledger().verdict([], 1).broken, ['nothingAcked 1']));
});

test('killGateway_underTraffic_nothingIsLostDoubledOrSilent', { timeout: 300_000, skip: existsSync('/usr/bin/php') ? false : 'php is not installed' }, async () => {
  const output = await new Promise((resolve, reject) => {
    execFile(process.execPath, ['--experimental-websocket', kit, 'kill-gateway', '--clients', '18', '--rate', '20', '--store', 'sqlite', '--before', '3', '--after', '3'], { timeout: 280_000 },
      (fault, stdout, stderr) => (fault ? reject(new Error(`${fault.message}\n${stdout}\n${stderr}`)) : resolve(stdout)));
  });
  assert.match(output, /acked [1-9]\d*, lost 0, .* doubled 0, reordered 0/);
  assert.match(output, /kept: nothing lost, doubled, out of order or silent/);
});
