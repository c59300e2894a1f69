// The library where things go wrong: wires that die, tokens that do not come, servers that talk nonsense, tabs that close.
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { keepPending, wakeWithPage } from '../../../web-api/wwwroot/js/portico.js';
import { client, closeAll, closeLater, event, online, sends, server, texts, until } from './library-client.mjs';
import { Wire } from './processes.mjs';

const guarded = { timeout: 60_000 };
const tokenOf = (sub) => `x.${Buffer.from(JSON.stringify({ sub })).toString('base64url')}.y`;
const offline = (portico) => portico.states.filter(({ state }) => state === 'offline');

afterEach(closeAll);

describe('the ways a connection ends', () => {
  for (const [code, reason, reaction] of [
    [1000, 'closed by the application', 'final'], [1000, '', 'again'], [1001, 'gateway is leaving', 'again'], [1002, 'protocol error', 'again'], [1007, 'text is not UTF-8', 'again'],
    [1008, 'token is unknown', 'later'], [1011, 'internal error', 'again'], [1013, 'no worker is available, try again later', 'later'], [4001, 'token expired', 'again'],
    [4002, 'client is silent', 'again'], [4003, 'client sends too fast', 'later'], [4008, 'client reads too slowly', 'again'], [4009, 'replaced by a newer connection', 'final'],
  ]) {
    test(`close_${code}${reason ? '' : '_withoutAReason'}_${reaction === 'final' ? 'isFinal' : reaction === 'later' ? 'triesAgainLater' : 'triesAgain'}`, guarded, async () => {
      const scripted = await server();
      const portico = client(scripted, { token: () => 'a.b.c' });
      await online(portico, scripted);

      scripted.peer.close(code, reason);

      if (reaction === 'final') {
        await until(() => portico.state === 'closed');
        assert.deepEqual([portico.states.at(-1).code, portico.states.at(-1).reason, scripted.peers.length], [code, reason, 1]);
        portico.connect(); // only when the page says so
      }
      await until(() => scripted.peers.length === 2 && portico.state === 'online');
      if (reaction !== 'final') assert.deepEqual([offline(portico)[0].code, offline(portico)[0].retryIn >= 40], [code, reaction === 'later']);
    });
  }

  test('close_4001_withATokenThatCannotBeRenewed_isFinal', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { token: 'a.b.c' });
    await online(portico, scripted);

    scripted.peer.close(4001, 'token expired');

    await until(() => portico.state === 'closed');
    assert.equal(scripted.peers.length, 1);
  });

  test('close_1009_theMessageThatIsTooBigFails_theOthersPass', guarded, async () => {
    const scripted = await server();
    scripted.answers.send = (frame, peer) => (frame.content.length > 100 ? peer.close(1009, 'message is too big') : peer.send(scripted.storeSend(frame)));
    const portico = client(scripted);
    await online(portico, scripted);

    const big = assert.rejects(portico.send('V_1', 'x'.repeat(200)), { code: 'too_big' });
    const next = portico.send('V_1', 'small');

    await big;
    assert.equal((await next).seq, 1);
  });

  test('cut_everyTimeUnderTheSameLargeMessage_itIsGivenUp_aSmallOneIsNot', guarded, async () => {
    const scripted = await server();
    let cuts = 0;
    scripted.answers.send = (frame, peer) => (frame.content.length > 200_000 || cuts++ < 8 ? peer.cut() : peer.send(scripted.storeSend(frame)));
    const portico = client(scripted);
    await online(portico, scripted);

    await assert.rejects(portico.send('V_1', 'x'.repeat(300_000)), { code: 'too_big' });

    assert.equal((await portico.send('V_1', 'small')).seq, 1);
    assert.ok(cuts > 8);
  });

  test('close_1011_aMessageThatTheServerFailsAtTwice_isGivenUp', guarded, async () => {
    const scripted = await server();
    scripted.answers.send = (frame, peer) => (frame.content === 'deadly' ? peer.close(1011, 'internal error') : peer.send(scripted.storeSend(frame)));
    const portico = client(scripted);
    await online(portico, scripted);

    const deadly = assert.rejects(portico.send('V_1', 'deadly'), { code: 'internal' });
    const next = portico.send('V_1', 'harmless');

    await deadly;
    assert.equal((await next).seq, 1);
    assert.equal(sends(scripted).filter((frame) => frame.content === 'deadly').length, 2);
  });

  test('retry_closedAtOnceAgainAndAgain_waitsLongerEachTime', guarded, async () => {
    const scripted = await server();
    const greet = scripted.answers.handshake;
    scripted.answers.handshake = (frame, peer) => { greet(frame, peer); peer.close(1011, 'internal error'); };
    const portico = client(scripted, { random: () => 1, retryFrom: 2, retryTo: 16 });
    portico.connect();

    await until(() => offline(portico).length >= 5);

    assert.deepEqual(offline(portico).slice(0, 5).map((entry) => entry.retryIn), [2, 4, 8, 16, 16]);
  });

  test('retry_jitter_isBetweenHalfAndAllOfTheDelay', guarded, async () => {
    const scripted = await server();
    scripted.refuse = true;
    const portico = client(scripted, { retryFrom: 8, retryTo: 32 });
    portico.connect();

    await until(() => offline(portico).length >= 20);

    offline(portico).forEach(({ retryIn }, at) => {
      const most = Math.min(32, 8 * 2 ** at);
      assert.ok(retryIn >= most / 2 && retryIn <= most, `${at}: ${retryIn}`);
    });
    assert.ok(new Set(offline(portico).slice(2).map(({ retryIn }) => retryIn)).size > 1);
  });

  test('close_byThePage_rejectsWhatWaits_andConnectBeginsAnew', guarded, async () => {
    const scripted = await server();
    scripted.answers.send = () => { /* never confirmed */ };
    const portico = client(scripted);
    await online(portico, scripted);
    const sent = portico.send('V_1', 'on its way');
    const queued = portico.send('V_1', 'behind it');
    await until(() => sends(scripted).length === 1);

    portico.close();

    await assert.rejects(sent, { code: 'closed' });
    await assert.rejects(queued, { code: 'closed' });
    await assert.rejects(portico.send('V_1', 'too late'), { code: 'closed' });
    await assert.rejects(portico.history('V_1'), { code: 'closed' });
    assert.deepEqual(portico.pending, []);
    scripted.answers.send = (frame, peer) => peer.send(scripted.storeSend(frame));
    await online(portico);
    await portico.send('V_1', 'again');
    assert.deepEqual(scripted.log.map((row) => row.content), ['again']);
  });

  test('close_whileTheFirstHistoryIsAwaited_rejectsIt', guarded, async () => {
    const scripted = await server();
    scripted.refuse = true;
    const portico = client(scripted);
    portico.connect();
    const asked = portico.history('V_1');

    portico.close();

    await assert.rejects(asked, { code: 'closed' });
  });
});

describe('a wire that swallows everything', () => {
  async function throughAWire(options) {
    const scripted = await server();
    const wire = await Wire.to(scripted.port);
    closeLater(wire);
    const portico = client(scripted, { url: `ws://127.0.0.1:${wire.port}/`, heartbeat: 20, answerWithin: 100, ackWithin: 10_000, ...options });
    await online(portico, scripted);
    return { scripted, wire, portico };
  }

  test('heartbeat_noGoodbye_isNoticed_andNothingIsLostOrDoubled', guarded, async () => {
    const { scripted, wire, portico } = await throughAWire();

    wire.die();
    const sending = portico.send('V_1', 'into the dark');
    await until(() => offline(portico).some(({ reason }) => reason === 'no answer'));
    scripted.store('meanwhile');
    wire.revive();

    assert.equal((await sending).seq, 2);
    await until(() => portico.messages.length === 2);
    assert.deepEqual(texts(portico), ['meanwhile', 'into the dark']);
  });

  test('heartbeat_theClockIsSetBack_stillNotices', guarded, async () => {
    const usual = Date.now;
    try {
      const { wire, portico } = await throughAWire();
      Date.now = () => usual() - 24 * 3_600_000;
      await portico.send('V_1', 'yesterday');

      wire.die();

      await until(() => offline(portico).length > 0);
    } finally {
      Date.now = usual;
    }
  });

  test('typing_theClockIsSetBack_isStillTold', guarded, async () => {
    const { scripted, portico } = await throughAWire({ heartbeat: 3_600_000 });
    const usual = Date.now;
    try {
      Date.now = () => usual() - 24 * 3_600_000;
      portico.typing('7');
      await until(() => scripted.peer.frames.some((frame) => frame.type === 'typing'));
    } finally {
      Date.now = usual;
    }
  });

  test('wake_theWireIsDead_isNoticedAtOnce', guarded, async () => {
    const { wire, portico } = await throughAWire({ heartbeat: 3_600_000 });

    wire.die();
    portico.wake();

    await until(() => offline(portico).some(({ reason }) => reason === 'no answer'));
  });
});

describe('tokens', () => {
  test('token_theFunctionHangs_isAskedAgain', guarded, async () => {
    const scripted = await server();
    let asked = 0;
    const portico = client(scripted, { answerWithin: 50, token: () => (++asked < 3 ? new Promise(() => { /* never */ }) : 'a.b.c') });

    await online(portico);

    assert.ok(asked >= 3);
    assert.deepEqual(portico.faults.slice(0, 2).map((fault) => fault.code), ['token', 'token']);
  });

  test('token_theFunctionFailsOrBringsNone_isAskedAgain', guarded, async () => {
    const scripted = await server();
    const brings = [() => { throw new Error('not now'); }, () => Promise.reject(new Error('nor now')), () => undefined, () => '', () => ({}), () => 'a.b.c'];
    const portico = client(scripted, { token: () => brings.shift()() });

    await online(portico);

    assert.equal(portico.faults.length, 5);
    assert.deepEqual([portico.faults[0].code, portico.faults[0].message, scripted.peers.length], ['token', 'not now', 1]);
  });

  test('token_ofAnotherUser_nothingLeavesInHisName', guarded, async () => {
    const scripted = await server();
    scripted.answers.send = () => { /* not confirmed */ };
    let uid = 'U_1';
    const portico = client(scripted, { token: () => tokenOf(uid) });
    await online(portico, scripted);
    const sending = portico.send('V_1', 'by the first');
    await until(() => sends(scripted).length === 1);

    uid = 'U_2';
    scripted.peer.cut();

    await assert.rejects(sending, { code: 'another_user' });
    assert.deepEqual([portico.state, portico.states.at(-1).reason, portico.uid, scripted.peers.length], ['closed', 'another user', 'U_1', 1]);
  });

  test('token_renewedForAnotherUser_closes', guarded, async () => {
    const scripted = await server();
    let uid = 'U_1';
    const portico = client(scripted, { token: () => tokenOf(uid) });
    await online(portico, scripted);

    uid = 'U_2';
    scripted.peer.send({ type: 'token', expires_in: 60 });

    await until(() => portico.state === 'closed');
    assert.equal(scripted.peer.frames.some((frame) => frame.type === 'token'), false);
  });
});

describe('a server that talks nonsense', () => {
  const nonsense = [
    '', '{', 'null', '[]', '5', '"reception"', '{}', '{"type":5}', '{"type":"reception"}', '{"type":"reception","conversation":"7","seq":"1","content":"x","primary":1}',
    '{"type":"reception","conversation":7,"seq":1.5}', '{"type":"reception","conversation":"7","seq":-1,"primary":3}', '{"type":"ack","client_msg_id":"nobody","seq":{}}', '{"type":"ack"}', '{"type":"error"}',
    '{"type":"error","client_msg_id":null}', '{"type":"sync"}', '{"type":"sync","conversations":"abc"}', '{"type":"sync","conversations":{"7":null}}', '{"type":"handshake","uid":5}', '{"type":"handshake","client_id":[]}',
    '{"type":"read"}', '{"type":"typing","conversation":{}}', '{"type":"recall","seq":[]}', '{"type":"message","content":"forged"}', '{"type":"state","state":"closed"}', '{"type":"__proto__"}', `{"type":"${'x'.repeat(60_000)}"}`,
  ];

  test('frames_thatMakeNoSense_areIgnored_andTheNextOnesCount', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico, scripted);

    for (const text of nonsense) scripted.peer.send(text);
    scripted.store('sense');
    scripted.peer.send(scripted.reception(1));
    await until(() => portico.messages.length === 1);

    assert.deepEqual([texts(portico), portico.state, scripted.peers.length], [['sense'], 'online', 1]);
    assert.ok(portico.faults.every((fault) => fault instanceof Error));
  });

  test('sync_answersThatMakeNoSense_areAskedForAgain', guarded, async () => {
    const scripted = await server();
    const answers = [{ conversations: { 7: null } }, { conversations: { 7: { last_seq: 'x', kept_from: 1 } } }, { conversations: 'abc' }];
    const usual = scripted.answers.sync;
    scripted.answers.sync = (frame, peer) => (answers.length > 0 ? peer.send({ type: 'sync', ref: frame.ref, ...answers.shift() }) : usual(frame, peer));
    const portico = client(scripted);
    await online(portico, scripted);
    scripted.store('one');
    scripted.store('two');

    scripted.peer.send(scripted.reception(2));
    await until(() => portico.messages.length === 2);

    assert.deepEqual(texts(portico), ['one', 'two']);
  });

  test('sync_aHoleThatNobodyFills_isAskedForLessAndLessOften', guarded, async () => {
    const scripted = await server();
    const at = [];
    const portico = client(scripted, { holeWait: 10, retryTo: 10_000 });
    await online(portico, scripted);
    scripted.on('frame', (frame) => { if (frame.type === 'sync') at.push(performance.now()); });
    scripted.store('only');

    scripted.peer.send({ ...scripted.reception(1), seq: 5, primary: 105 });
    await until(() => at.length >= 6);

    for (let i = 1; i < 6; i++) assert.ok(at[i] - at[i - 1] >= 10 * 2 ** (i - 1) - 5, `${i}: ${at[i] - at[i - 1]}`);
  });

  test('http_aPageInsteadOfAnAnswer_isABadAnswer', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { api: scripted.api, token: 'a.b.c', request: async () => ({ status: 200, data: '<html>Sign in to this network</html>' }) });

    await assert.rejects(portico.conversations(), { code: 'bad_answer' });
    await assert.rejects(portico.api('GET', '/api/v1/unread'), { code: 'bad_answer' });
  });

  test('subprotocol_isNotAgreedTo_saysWhatToDo', guarded, async () => {
    const scripted = await server();
    const written = [];
    const socket = { protocol: '', send: (data) => written.push(data), close: () => { /* it is */ } }; // browsers refuse such a server by themselves
    const portico = client(scripted, { socket: () => socket });
    const fault = event(portico, 'error');
    portico.connect();
    await until(() => socket.onopen);
    socket.onopen();

    assert.match((await fault).message, /legacy/);
    assert.deepEqual([(await fault).code, portico.state, written], ['unsupported', 'offline', []]);
  });
});

describe('what waits to be sent', () => {
  test('queue_10000WrittenOffline_leaveOnceInOrder', guarded, async () => {
    const scripted = await server();
    const stored = new Map();
    let cuts = 0;
    scripted.answers.send = (frame, peer) => {
      if (!stored.has(frame.client_msg_id)) stored.set(frame.client_msg_id, frame.content);
      const seq = stored.size;
      if (seq === 5000 && cuts++ === 0) peer.cut(); // and what was under way is sent again
      peer.send({ type: 'ack', client_msg_id: frame.client_msg_id, primary: seq, timestamp: 1, time: '' });
    };
    const portico = client(scripted, { maxQueue: 10_000 });
    const all = Array.from({ length: 10_000 }, (_, i) => portico.send('V_1', i));
    await assert.rejects(portico.send('V_1', 'one more'), { code: 'queue_full' });
    assert.equal(portico.pending.length, 10_000);

    portico.connect();
    await Promise.all(all);

    assert.equal(stored.size, 10_000);
    assert.ok([...stored.values()].every((content, at) => content === at));
  });

  test('send_theSameIdTwice_isOneMessage', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);

    const both = [portico.send('V_1', 'once', { id: 'm1' }), portico.send('V_1', 'once', { id: 'm1' })];
    portico.connect();

    assert.deepEqual((await Promise.all(both)).map((receipt) => receipt.seq), [1, 1]);
    assert.equal(sends(scripted).length, 1);
  });

  test('send_whatIsNoJson_isRefusedAtOnce', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    const ring = {};
    ring.ring = ring;

    await assert.rejects(portico.send('V_1', ring), { code: 'bad_field' });
    await assert.rejects(portico.send('V_1', 1n), { code: 'bad_field' });
  });

  describe('over a reload', () => {
    const storage = () => {
      const kept = new Map();
      return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => kept.set(name, value), removeItem: (name) => kept.delete(name), kept };
    };

    test('keepPending_theNextPageSendsIt_storedOnce', guarded, async () => {
      const scripted = await server();
      const tab = storage();
      scripted.answers.send = (frame, peer) => { scripted.storeSend(frame); peer.cut(); scripted.refuse = true; }; // stored, but nobody is told
      const first = client(scripted);
      keepPending(first, 'unsent', 'U_1', tab);
      await online(first, scripted);
      first.send('V_1', 'one').catch(() => { /* the page goes away */ });
      first.send('V_1', 'two').catch(() => { /* the page goes away */ });
      await until(() => first.state === 'offline');

      scripted.refuse = false;
      scripted.answers.send = (frame, peer) => peer.send(scripted.storeSend(frame));
      const second = client(scripted); // the first was never told to close: a reload tells nobody
      keepPending(second, 'unsent', 'U_1', tab);
      const acks = [];
      second.on('ack', (receipt) => acks.push(receipt.repeated));
      await online(second);
      await until(() => acks.length === 2);

      assert.deepEqual([scripted.log.map((row) => row.content), acks], [['one', 'two'], [true, false]]);
      assert.equal(tab.kept.size, 0);
    });

    test('keepPending_ofAnotherUser_isNotSent', guarded, async () => {
      const scripted = await server();
      const tab = storage();
      const first = client(scripted);
      keepPending(first, 'unsent', 'U_9', tab);
      first.send('V_1', 'by the other').catch(() => { /* the page goes away */ });
      assert.equal(tab.kept.size, 1);

      const second = client(scripted);
      keepPending(second, 'unsent', 'U_1', tab);

      assert.deepEqual(second.pending, []);
      assert.equal(tab.kept.size, 0);
    });

    test('keepPending_nowhereToKeepIt_stillSends', guarded, async () => {
      const scripted = await server();
      const full = { getItem: () => 'no JSON', setItem: () => { throw new Error('full'); }, removeItem: () => { throw new Error('private'); } };
      const portico = client(scripted);
      const stop = keepPending(portico, 'unsent', 'U_1', full);
      portico.connect();

      assert.equal((await portico.send('V_1', 'all the same')).seq, 1);
      stop();
    });
  });
});

test('wakeWithPage_inAMiniProgram_followsItsEvents', guarded, () => {
  // A stand-in for WeChat's own events; there is no document.
  const listeners = {};
  globalThis.wx = {
    onAppShow: (action) => { listeners.show = action; }, onNetworkStatusChange: (action) => { listeners.network = action; },
    offAppShow: () => { delete listeners.show; }, offNetworkStatusChange: () => { delete listeners.network; },
  };
  try {
    let woken = 0;
    const portico = { state: 'offline', wake: () => { woken++; } };
    const stop = wakeWithPage(portico, {});
    listeners.show();
    listeners.network({ isConnected: false }); // nothing to be tried
    listeners.network({ isConnected: true });
    portico.state = 'online';
    listeners.network({ isConnected: false }); // is the server still there?
    stop();

    assert.deepEqual([woken, Object.keys(listeners)], [3, []]);
  } finally {
    delete globalThis.wx;
  }
});
