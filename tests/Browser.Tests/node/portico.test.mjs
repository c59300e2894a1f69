import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { client, closeAll, closeLater, event, online, sends, server, texts, until } from './library-client.mjs';
import { ScriptedServer } from './scripted-server.mjs';

const guarded = { timeout: 60_000 };

afterEach(closeAll);

describe('connecting', () => {
  test('connect_withAToken_offersTheSubprotocolAndShowsTheToken', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { token: () => Promise.resolve('a.b.c') });

    await online(portico);

    assert.equal(scripted.peer.protocol, 'portico.v1');
    assert.deepEqual([scripted.peer.url, scripted.peer.offered], ['/', ['portico.v1', 'portico.token.a.b.c']]); // no proxy logs it
    assert.equal(portico.uid, 'U_1');
    assert.deepEqual(portico.states.map((entry) => entry.state), ['connecting', 'online']);
  });

  for (const [how, token, tokenIn, url] of [['isAskedFor', 'a.b.c', 'address', '/?token=a.b.c'], ['hasOtherCharacters', 'secret (1)', null, '/?token=secret%20(1)']]) {
    test(`connect_tokenInTheAddress_${how}_standsThere`, guarded, async () => {
      const scripted = await server();
      const portico = client(scripted, { token, tokenIn });

      await online(portico);

      assert.deepEqual([scripted.peer.url, scripted.peer.offered], [url, ['portico.v1']]);
    });
  }

  test('connect_serverNamesNoUid_bindsOverHttp', guarded, async () => {
    const scripted = await server();
    scripted.answers.handshake = { type: 'handshake', client_id: '7f0000010b5400000001' };
    scripted.routes['POST /push/push/BindUserClientId'] = { status: 1 };
    const token = `x.${Buffer.from(JSON.stringify({ sub: 'U_茶' })).toString('base64url')}.y`;
    const portico = client(scripted, { api: scripted.api, token });

    await online(portico);

    assert.equal(scripted.requests[0].body, 'client_id=7f0000010b5400000001');
    assert.equal(scripted.requests[0].headers.authorization, 'Bearer ' + token);
    assert.equal(portico.uid, 'U_茶');
  });

  test('connect_bindingIsRefused_triesAgain', guarded, async () => {
    const scripted = await server();
    scripted.answers.handshake = { type: 'handshake', client_id: '7f0000010b5400000001' };
    let asked = 0;
    scripted.routes['POST /push/push/BindUserClientId'] = () => ({ status: ++asked < 2 ? -1 : 1 });
    const portico = client(scripted, { api: scripted.api });

    await online(portico);

    assert.equal(scripted.peers.length, 2);
    assert.ok(portico.states.some((entry) => entry.state === 'offline' && entry.reason === 'not bound'));
  });

  test('connect_serverIsAway_waitsLongerEachTimeUpToTheCeiling', guarded, async () => {
    const scripted = await server();
    scripted.refuse = true;
    const portico = client(scripted, { random: () => 1 });
    portico.connect();

    await until(() => portico.states.filter((entry) => entry.state === 'offline').length >= 5);

    assert.deepEqual(portico.states.filter((entry) => entry.state === 'offline').slice(0, 5).map((entry) => entry.retryIn), [5, 10, 20, 40, 40]);
  });

  test('connect_jitter_spreadsHalfOfTheDelay', guarded, async () => {
    const scripted = await server();
    scripted.refuse = true;
    const portico = client(scripted, { random: () => 0, retryFrom: 10 });
    const first = event(portico, 'state', (entry) => entry.state === 'offline');
    portico.connect();

    assert.equal((await first).retryIn, 5);
  });

  test('close_replacedByANewerConnection_isFinal', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico);

    const closed = event(portico, 'state', (entry) => entry.state === 'closed');
    scripted.peer.close(4009, 'replaced by a newer connection');

    assert.equal((await closed).code, 4009);
    assert.equal(scripted.peers.length, 1);
  });

  test('close_tokenExpired_asksForAFreshOne', guarded, async () => {
    const scripted = await server();
    let number = 0;
    const portico = client(scripted, { token: () => `t${++number}` });
    await online(portico);

    scripted.peer.close(4001, 'token expired');
    await until(() => scripted.peers.length === 2 && portico.state === 'online');

    assert.deepEqual(scripted.peer.offered, ['portico.v1', 'portico.token.t2']);
  });

  test('token_serverSaysItEndsSoon_sendsAFreshOne', guarded, async () => {
    const scripted = await server();
    let number = 0;
    const portico = client(scripted, { token: () => `t${++number}` });
    await online(portico);

    scripted.peer.send({ type: 'token', expires_in: 60 });
    await until(() => scripted.peer.frames.some((frame) => frame.type === 'token'));

    assert.equal(scripted.peer.frames.find((frame) => frame.type === 'token').token, 't2');
  });

  test('heartbeat_serverFallsSilent_connectsAnew', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { heartbeat: 20, answerWithin: 60 });
    await online(portico);

    const silent = scripted.answers.handshake;
    scripted.answers.handshake = (frame, peer) => peer === scripted.peers[0] || silent(frame, peer);
    await until(() => scripted.peers.length >= 2 && portico.state === 'online'); // on a slow machine more than one looks silent

    assert.ok(portico.states.some((entry) => entry.reason === 'no answer'));
  });

  test('heartbeat_serverAnswers_staysConnected', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { heartbeat: 10, answerWithin: 120_000 });
    await online(portico);

    await until(() => scripted.peer.frames.filter((frame) => frame.type === 'handshake').length >= 4);

    assert.equal(scripted.peers.length, 1);
  });

  test('ping_isAnsweredWithPong', guarded, async () => {
    const scripted = await server();
    await online(client(scripted));

    scripted.peer.send({ type: 'ping' });

    await until(() => scripted.peer.frames.some((frame) => frame.type === 'pong'));
  });
});

describe('sending', () => {
  test('send_acknowledged_resolvesAndComesAsOwnMessage', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico, scripted);

    const receipt = await portico.send('V_1', '你好 👋', { id: 'm1' });

    assert.equal(receipt.seq, 1);
    await until(() => portico.messages.length === 1);
    assert.deepEqual([portico.messages[0].own, portico.messages[0].content, portico.messages[0].clientMsgId], [true, '你好 👋', 'm1']);
    assert.deepEqual(portico.pending, []);
  });

  test('send_whileOffline_waitsAndLeavesInOrder', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    const all = Promise.all(['a', 'b', 'c'].map((text) => portico.send('V_1', text)));
    assert.equal(portico.pending.length, 3);

    portico.connect();
    await all;

    assert.deepEqual(scripted.log.map((row) => row.content), ['a', 'b', 'c']);
    await until(() => portico.messages.length === 3);
    assert.deepEqual(texts(portico), ['a', 'b', 'c']);
  });

  test('send_saysWhatWasSeenWhenItWasWritten_notWhatCameMeanwhile', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico, scripted);
    await portico.send('V_1', 'first of all');
    scripted.store('an answer');
    scripted.peer.send(scripted.reception(2));
    await until(() => portico.messages.length === 2);
    await portico.send('V_1', 'seen it');

    scripted.peer.cut();
    await until(() => portico.state !== 'online');
    const late = portico.send('V_1', 'written offline');
    for (let i = 0; i < 5; i++) scripted.store(`meanwhile ${i}`);
    await late;

    assert.deepEqual(sends(scripted).map((frame) => frame.seen), [0, 2, 3]);
    assert.ok(!scripted.peers.some((peer) => peer.frames.some((frame) => frame.type === 'read')));
  });

  test('send_limitIsReached_waitsAsLongAsItIsTold_andThatOfTheDayIsTheWritersToKnow', guarded, async () => {
    const scripted = await server();
    const at = [];
    scripted.answers.send = (frame, peer) => {
      at.push(performance.now());
      if (frame.content === 'too much') peer.send({ type: 'error', client_msg_id: frame.client_msg_id, code: 'too_fast', message: 'Enough text for 24 hours', retry_after: 80_000 });
      else if (at.length === 1) peer.send({ type: 'error', client_msg_id: frame.client_msg_id, code: 'too_fast', message: 'slower', retry_after: 1 });
      else peer.send(scripted.storeSend(frame));
    };
    const portico = client(scripted);
    await online(portico, scripted);

    assert.equal((await portico.send('V_1', 'good')).seq, 1);
    assert.ok(at[1] - at[0] >= 990, `${at[1] - at[0]}`);
    await assert.rejects(portico.send('V_1', 'too much'), { code: 'over_limit', message: 'Enough text for 24 hours' });
    assert.deepEqual(portico.pending, []);
  });

  test('send_queueIsFull_isRefusedAtOnce', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { maxQueue: 2 });
    portico.send('V_1', 'a').catch(() => {});
    portico.send('V_1', 'b').catch(() => {});

    await assert.rejects(portico.send('V_1', 'c'), { code: 'queue_full' });
  });

  test('send_connectionLostBeforeTheAck_isStoredAndShownOnce', guarded, async () => {
    const scripted = await server();
    let lost = 0;
    scripted.answers.send = (frame, peer) => {
      const ack = scripted.storeSend(frame);
      if (++lost <= 2) peer.cut();
      else peer.send(ack);
    };
    const portico = client(scripted);
    await online(portico, scripted);

    const receipts = await Promise.all([portico.send('V_1', 'first'), portico.send('V_1', 'second')]);

    assert.deepEqual(receipts.map((receipt) => receipt.seq), [1, 2]);
    assert.equal(receipts[0].repeated, true);
    assert.equal(new Set(sends(scripted).map((frame) => frame.client_msg_id)).size, 2);
    await until(() => portico.messages.length === 2);
    assert.deepEqual(texts(portico), ['first', 'second']);
    assert.ok(portico.messages.every((message) => message.clientMsgId));
  });

  test('send_noAckOnALivingSocket_isSentAgainWithTheSameId', guarded, async () => {
    const scripted = await server();
    let seen = 0;
    scripted.answers.send = (frame, peer) => { if (++seen > 1) peer.send(scripted.storeSend(frame)); };
    const portico = client(scripted, { ackWithin: 20 });
    await online(portico, scripted);

    await portico.send('V_1', 'hello');

    const [first, second] = sends(scripted);
    assert.equal(first.client_msg_id, second.client_msg_id);
    assert.equal(scripted.log.length, 1);
  });

  test('send_unavailable_isTriedAgain_otherFaultsReject', guarded, async () => {
    const scripted = await server();
    let seen = 0;
    scripted.answers.send = (frame, peer) => {
      if (frame.content === 'bad') peer.send({ type: 'error', client_msg_id: frame.client_msg_id, code: 'invalid', message: 'content is empty' });
      else if (++seen === 1) peer.send({ type: 'error', client_msg_id: frame.client_msg_id, code: 'unavailable', message: '' });
      else peer.send(scripted.storeSend(frame));
    };
    const portico = client(scripted);
    await online(portico, scripted);

    const bad = assert.rejects(portico.send('V_1', 'bad'), { code: 'invalid' });
    const good = portico.send('V_1', 'good');

    await bad;
    assert.equal((await good).seq, 1);
    assert.equal(seen, 2);
  });

  test('send_toTwoReceivers_oneDoesNotWaitForTheOther', guarded, async () => {
    const scripted = await server();
    scripted.answers.send = (frame, peer) => { if (frame.toClientUid === 'V_1') peer.send(scripted.storeSend(frame)); };
    const portico = client(scripted);
    await online(portico, scripted);

    portico.send('V_2', 'stuck').catch(() => {});

    assert.equal((await portico.send('V_1', 'passes')).seq, 1);
  });
});

describe('receiving', () => {
  test('pushes_outOfOrderAndTwice_comeOnceInOrder', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico, scripted);
    ['a', 'b', 'c'].forEach((text) => scripted.store(text));

    [2, 1, 3, 2, 1].forEach((seq) => scripted.peer.send(scripted.reception(seq)));
    await until(() => portico.messages.length === 3);

    assert.deepEqual(texts(portico), ['a', 'b', 'c']);
    assert.equal(portico.messages[0].peer, 'V_1');
  });

  test('push_aHoleStays_isFilledBySync', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    await online(portico, scripted);
    ['a', 'b', 'c'].forEach((text) => scripted.store(text));

    scripted.peer.send(scripted.reception(3));
    await until(() => portico.messages.length === 3);

    assert.deepEqual(texts(portico), ['a', 'b', 'c']);
  });

  test('reconnect_afterALoss_bringsWhatWasMissedOnceInPages', guarded, async () => {
    const scripted = await server();
    scripted.store('old');
    const portico = client(scripted, { pageLength: 2 });
    await online(portico, scripted);
    scripted.store('live');
    scripted.peer.send(scripted.reception(2));
    await until(() => portico.messages.length === 1);

    scripted.peer.cut();
    ['m1', 'm2', 'm3', 'm4', 'm5'].forEach((text) => scripted.store(text));
    await until(() => portico.messages.length === 6);

    assert.deepEqual(texts(portico), ['live', 'm1', 'm2', 'm3', 'm4', 'm5']);
    assert.deepEqual(portico.messages.map((message) => message.seq), [2, 3, 4, 5, 6, 7]);
  });

  test('reconnect_historyIsNoLongerKept_saysSo', guarded, async () => {
    const scripted = await server();
    scripted.store('one');
    const portico = client(scripted);
    await online(portico, scripted);
    await until(() => portico.states.length > 0);

    ['two', 'three', 'four'].forEach((text) => scripted.store(text));
    scripted.keptFrom = 4;
    scripted.peer.cut();
    await until(() => portico.messages.length === 1);

    assert.deepEqual(portico.gaps, [{ conversation: '7', from: 2, to: 3 }]);
    assert.deepEqual(texts(portico), ['four']);
  });

  test('push_beforeTheFirstSyncIsAnswered_waitsForIt', guarded, async () => {
    const scripted = await server();
    scripted.store('old');
    let answer;
    const usual = scripted.answers.sync;
    scripted.answers.sync = (frame, peer) => { answer ??= () => usual(frame, peer); if (scripted.open) usual(frame, peer); };
    const portico = client(scripted);
    await online(portico, scripted);
    scripted.store('new');
    scripted.open = true;

    // The answer was made before the second message, which overtook it.
    scripted.peer.send(scripted.reception(2));
    scripted.log.length = 1;
    answer();
    scripted.store('new');
    await until(() => portico.messages.length === 1);

    assert.deepEqual(texts(portico), ['new']);
  });

  test('sync_serverDoesNotKnowIt_goesOverHttp', guarded, async () => {
    const scripted = await server();
    scripted.store('old');
    scripted.answers.sync = (frame, peer) => peer.send({ type: 'error', code: 'unknown_type', message: '' });
    scripted.routes['POST /api/v1/sync'] = ({ body }) => {
      const after = JSON.parse(body).conversations['7'];
      return { conversations: { 7: { messages: after === undefined ? [] : scripted.log.slice(after), more: false, kept_from: 1, last_seq: scripted.log.length, read: 0, peer_read: 0, peer: 'V_1' } } };
    };
    const portico = client(scripted, { api: scripted.api });
    await online(portico, scripted);
    await until(() => scripted.requests.length === 1);

    // A push is told behind the first answer: then that has come.
    scripted.store('live');
    scripted.peer.send(scripted.reception(2));
    await until(() => portico.messages.length === 1);
    scripted.peer.cut();
    scripted.store('missed');
    await until(() => portico.messages.length === 2);

    assert.deepEqual(texts(portico), ['live', 'missed']);
  });

  test('history_andEvents_areTogetherEverythingOnce', guarded, async () => {
    const scripted = await server();
    ['a', 'b'].forEach((text) => scripted.store(text));
    const portico = client(scripted);
    portico.connect();

    const { messages } = await portico.history('V_1');
    scripted.store('c');
    scripted.peer.send(scripted.reception(3));
    await until(() => portico.messages.length === 1);

    assert.deepEqual([...messages.map((message) => message.content), ...texts(portico)], ['a', 'b', 'c']);
    assert.equal(scripted.requests.length, 0);
  });

  test('history_turningPagesBack_bringsEachMessageOnceUpToWhatIsKept', guarded, async () => {
    const scripted = await server();
    for (let i = 1; i <= 25; i++) scripted.store(`m${i}`, i % 2 ? 'V_1' : 'U_1');
    scripted.keptFrom = 4;
    const portico = client(scripted);
    portico.connect();

    const pages = [];
    for (let before; ;) {
      const page = await portico.history('V_1', { before, limit: 10 });
      pages.unshift(page.messages.map((message) => message.seq));
      if (!page.more) {
        assert.equal(page.keptFrom, 4);
        break;
      }
      before = page.messages[0].seq;
    }

    assert.deepEqual(pages, [[4, 5], [6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [16, 17, 18, 19, 20, 21, 22, 23, 24, 25]]);
    assert.ok(scripted.peer.frames.filter((frame) => frame.type === 'sync').every((frame) => frame.limit <= 200));
  });

  test('history_pagesOfLongMessagesEndEarly_isWholeAllTheSame', guarded, async () => {
    const scripted = await server();
    for (let i = 1; i <= 12; i++) scripted.store(`m${i}`);
    const portico = client(scripted);
    await online(portico, scripted);
    const usual = scripted.answers.sync;
    scripted.answers.sync = (frame, peer) => usual({ ...frame, limit: Math.min(3, frame.limit) }, peer);

    const { messages, more } = await portico.history('V_1', { limit: 10 });

    assert.deepEqual(messages.map((message) => message.seq), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert.ok(more);
  });

  test('history_whileOffline_comesWithTheNextConnection', guarded, async () => {
    const scripted = await server();
    scripted.store('a');
    const portico = client(scripted);
    await online(portico, scripted);
    scripted.refuse = true;
    scripted.peer.cut();
    await until(() => portico.state !== 'online');

    const asked = portico.history('V_1');
    scripted.refuse = false;

    assert.deepEqual((await asked).messages.map((message) => message.content), ['a']);
  });

  test('history_serverSaysTooFast_isAskedAgain', guarded, async () => {
    const scripted = await server();
    scripted.store('a');
    const portico = client(scripted);
    await online(portico, scripted);
    const usual = scripted.answers.sync;
    let refused = 0;
    scripted.answers.sync = (frame, peer) => (++refused < 3 ? peer.send({ type: 'error', ref: frame.ref, code: 'too_fast', message: 'slow down' }) : usual(frame, peer));

    assert.deepEqual((await portico.history('V_1')).messages.map((message) => message.content), ['a']);
  });

  test('history_withSomebodyNew_isEmptyWithoutAsking', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    portico.connect();

    assert.deepEqual(await portico.history('V_77'), { messages: [], more: false, keptFrom: 1 });
  });

  test('history_overHttp_aMessageStoredMeanwhile_comesOnce', guarded, async () => {
    const scripted = await server();
    ['a', 'b'].forEach((text) => scripted.store(text));
    scripted.answers.sync = (frame, peer) => peer.send({ type: 'error', code: 'unknown_type', message: '' });
    scripted.routes['GET /api/v1/messages'] = () => {
      if (scripted.log.length === 2) scripted.store('c'); // stored while the page is read
      return { messages: scripted.log, more: false, kept_from: 1 };
    };
    scripted.routes['POST /api/v1/sync'] = ({ body }) => {
      const after = JSON.parse(body).conversations['7'];
      return { conversations: { 7: { messages: after === undefined ? [] : scripted.log.slice(after), more: false, kept_from: 1, last_seq: Math.min(2, scripted.log.length), read: 0, peer_read: 0, peer: 'V_1' } } };
    };
    const portico = client(scripted, { api: scripted.api });
    portico.connect();

    const { messages } = await portico.history('V_1');
    scripted.peer.send(scripted.reception(3));
    await until(() => portico.messages.length === 1);

    assert.deepEqual([...messages.map((message) => message.content), ...texts(portico)], ['a', 'b', 'c']);
  });

  test('read_isSentOnceOnlineAndTellsTheUnread', guarded, async () => {
    const scripted = await server();
    scripted.store('a');
    scripted.answers.read = { type: 'ack', seq: 1, unread: 0 };
    const portico = client(scripted);
    const read = event(portico, 'read', (value) => value.own);
    portico.markRead('7', 1);
    portico.markRead('7', 1);

    await online(portico);

    assert.deepEqual(await read, { conversation: '7', seq: 1, own: true, unread: 0 });
    assert.equal(scripted.peer.frames.filter((frame) => frame.type === 'read').length, 1);
  });

  test('listener_throws_theOthersAndLaterMessagesStillCome', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted);
    const faults = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (fault) => faults.push(fault));
    portico.on('message', () => { throw new Error('the page is broken'); });
    await online(portico, scripted);
    ['a', 'b'].forEach((text) => scripted.store(text));

    [1, 2].forEach((seq) => scripted.peer.send(scripted.reception(seq)));
    await until(() => portico.messages.length === 2 && faults.length === 2);
    process.removeAllListeners('uncaughtException');
    before.forEach((listener) => process.on('uncaughtException', listener));

    assert.deepEqual(texts(portico), ['a', 'b']);
  });
});

describe('old servers and other places', () => {
  test('legacy_noSubprotocol_bindsSendsAndReceives', guarded, async () => {
    const scripted = await server(() => ScriptedServer.start());
    scripted.answers.handshake = { type: 'handshake', client_id: '7f0000010b5400000001', time: '10:00:00' };
    scripted.routes['POST /push/push/BindUserClientId'] = { status: 1 };
    const portico = client(scripted, { legacy: true, api: scripted.api, token: 'a.b.c' });
    await online(portico);

    const sent = await portico.send('V_1', 'hello');
    const reception = { type: 'reception', content: 'a &lt; b', time: '10:00:00', timestamp: 1_700_000_000, c_type: 1, primary: 5 };
    scripted.peer.send(reception);
    scripted.peer.send(reception);
    scripted.peer.send({ ...reception, primary: 6 });
    await until(() => portico.messages.length === 2);

    assert.equal(scripted.peer.protocol, '');
    assert.equal(scripted.peer.url, '/');
    assert.equal(sent.unconfirmed, true);
    assert.deepEqual(sends(scripted), [{ type: 'send', toClientUid: 'V_1', content: 'hello', c_type: 1 }]);
    assert.deepEqual(portico.messages.map((message) => [message.id, message.html]), [[5, true], [6, true]]);
    assert.deepEqual(scripted.peer.frames.map((frame) => frame.type), ['handshake', 'send']);
  });

  describe('in a mini-program', () => {
    // What WeChat has, over Node's own socket; there is neither WebSocket nor fetch, URLSearchParams, Blob or atob.
    const missing = ['WebSocket', 'fetch', 'URLSearchParams', 'Blob', 'atob', 'TextDecoder'];
    const kept = {};
    let tasks;
    let calls;
    beforeEach(() => {
      tasks = [];
      calls = [];
      for (const name of missing) kept[name] = globalThis[name];
      globalThis.wx = {
        connectSocket({ url, protocols, fail }) {
          const socket = new kept.WebSocket(url, protocols);
          const task = {
            url, socket,
            onOpen: (action) => { socket.onopen = () => action({ header: {} }); }, onMessage: (action) => { socket.onmessage = (message) => action({ data: message.data }); },
            onClose: (action) => { socket.onclose = (close) => action({ code: close.code, reason: close.reason }); }, onError: (action) => { socket.onerror = () => action({ errMsg: 'connectSocket:fail' }); },
            send({ data, fail: sendFail }) { if (socket.readyState === 1) socket.send(data); else sendFail?.({ errMsg: 'sendSocketMessage:fail' }); },
            close({ code, reason }) { socket.close(code, reason); },
          };
          tasks.push(task);
          if (!fail) throw new Error('WeChat tells of faults by fail()');
          return task;
        },
        request: ({ method, url, header, data, success }) => {
          calls.push(`${method} ${url}`);
          kept.fetch(url, { method, headers: header, body: data }).then(async (answer) => success({ statusCode: answer.status, data: await answer.json() }));
        },
      };
      for (const name of missing) globalThis[name] = undefined;
    });
    afterEach(() => {
      Object.assign(globalThis, kept);
      delete globalThis.wx;
    });

    test('socketAndRequest_areThoseOfWeChat', guarded, async () => {
      const scripted = await server();
      scripted.routes['GET /api/v1/conversations'] = { conversations: [], more: false };
      const portico = client(scripted, { api: scripted.api, token: 'a.b.c' });
      await online(portico, scripted);

      await portico.send('V_1', 'from a mini-program');
      await portico.conversations();

      assert.deepEqual([scripted.peer.url, scripted.peer.offered], ['/?token=a.b.c', ['portico.v1']]);
      assert.equal(scripted.log.length, 1);
      assert.deepEqual(calls, [`GET ${scripted.api}/api/v1/conversations?limit=50&offset=0`]);
      assert.equal(portico.uid, 'U_1'); // told by the handshake: there is no atob to read the token with
      portico.close();
    });

    test('connectionIsLost_comesBackWithWhatWasMissedAndWhatWasWritten', guarded, async () => {
      const scripted = await server();
      const portico = client(scripted);
      await online(portico, scripted);
      scripted.refuse = true;
      scripted.peer.cut();
      await until(() => portico.state !== 'online');

      const sending = portico.send('V_1', 'written meanwhile');
      scripted.store('missed');
      scripted.refuse = false;
      await sending;
      await until(() => portico.messages.length === 2);

      assert.deepEqual(texts(portico), ['missed', 'written meanwhile']);
      assert.ok(tasks.length >= 2);
      portico.close();
    });

    test('service_visitorsBadgeComesAtConnect', guarded, async () => {
      const scripted = await server();
      const greet = scripted.answers.handshake;
      scripted.answers.handshake = (frame, peer) => { greet(frame, peer); peer.send({ type: 'badge', unread: 2 }); };
      const portico = client(scripted);
      const badge = event(portico, 'badge');
      portico.connect();

      assert.equal((await badge).unread, 2);
      portico.close();
    });
  });

  test('token_isRefused_isToldAsAnError', guarded, async () => {
    const scripted = await server();
    const portico = client(scripted, { token: () => 'same' });
    await online(portico, scripted);
    scripted.answers.token = { type: 'error', code: 'unauthorized', message: 'The token is not good.' };

    const fault = event(portico, 'error');
    scripted.peer.send({ type: 'token', expires_in: 60 });

    assert.equal((await fault).code, 'token');
    assert.equal(portico.state, 'online'); // until the server closes with 4001
  });

  test('http_tokenHasEnded_isAskedForAgainOnce', guarded, async () => {
    const scripted = await server();
    let number = 0;
    scripted.routes['GET /api/v1/conversations'] = ({ headers }) => (headers.authorization === 'Bearer t2' ? { conversations: [], more: false } : { status: 401 });
    const portico = client(scripted, { api: scripted.api, token: () => `t${++number}` });
    await online(portico, scripted);

    assert.deepEqual(await portico.conversations(), { conversations: [], more: false });
    scripted.routes['GET /api/v1/conversations'] = { status: 401 };
    await assert.rejects(portico.conversations(), { code: 'unauthorized' });
    assert.equal(number, 3);
  });

  test('service_visitorNeedsNoReceiver_agentsAnswerWithOneVoice', guarded, async () => {
    const scripted = await ScriptedServer.start();
    closeLater({ close: () => scripted.stop() });
    scripted.answers.handshake = { type: 'handshake', client_id: '7f0000010b5400000001', time: '10:00:00', role: 'agent', uid: 'anna' };
    scripted.answers.sync = (frame, peer) => peer.send({ type: 'sync', ref: frame.ref, conversations: { 9: { messages: frame.conversations['9'] === 0 ? [
      { id: 1, conversation: '9', seq: 1, sender: 'o1', recipient: '', type: 1, content: 'help', sent_at: 1_700_000_000_000 },
      { id: 2, conversation: '9', seq: 2, sender: 'ben', recipient: 'o1', type: 1, content: 'by a colleague', sent_at: 1_700_000_001_000 },
      { id: 3, conversation: '9', seq: 3, sender: 'anna', recipient: 'o1', type: 1, content: 'by me', sent_at: 1_700_000_002_000 },
    ] : [], more: false, kept_from: 1, last_seq: 3, read: 3, peer_read: 1, peer: 'o1' } } });
    scripted.answers.send = (frame, peer) => peer.send({ type: 'ack', client_msg_id: frame.client_msg_id, conversation: '9', seq: 5, primary: 5, timestamp: 1_700_000_004, time: '10:00:04' });
    const portico = client(scripted);
    await online(portico);

    const { messages } = await portico.history('o1');
    scripted.peer.send({ type: 'reception', content: 'more', time: '10:00:03', timestamp: 1_700_000_003, c_type: 1, primary: 4, openid: 'o1', conversation: '9', seq: 4 });
    await portico.send(null, 'to nobody in particular');
    await until(() => portico.messages.length === 2);

    assert.deepEqual(messages.map((message) => [message.own, message.ours, message.author]), [[false, false, null], [false, true, 'ben'], [true, true, null]]);
    assert.deepEqual(portico.messages.map((message) => [message.peer, message.ours]), [['o1', false], ['o1', true]]);
    assert.equal('toClientUid' in sends(scripted)[0], false);
  });

  /** An agent before a server that has conversation 9 with o1, of which a test fills the log; nothing of it is pushed. */
  async function agentServer() {
    const scripted = await ScriptedServer.start();
    closeLater({ close: () => scripted.stop() });
    scripted.rows = [];
    scripted.store = (content, sender = 'o1') => scripted.rows.push({ id: 50 + scripted.rows.length, conversation: '9', seq: scripted.rows.length + 1, sender, recipient: sender === 'o1' ? '' : 'o1', type: 1, content, sent_at: 1_700_000_000_000 });
    scripted.answers.handshake = { type: 'handshake', client_id: '7f0000010b5400000001', time: '10:00:00', role: 'agent', uid: 'anna' };
    scripted.answers.sync = (frame, peer) => {
      const after = frame.conversations['9'];
      const messages = after === undefined ? [] : scripted.rows.slice(after, after + frame.limit);
      const page = { messages, more: after === undefined ? scripted.rows.length > 0 : after + frame.limit < scripted.rows.length, kept_from: 1, last_seq: scripted.rows.length, read: 1, peer_read: 0, peer: 'o1' };
      const isNamed = after !== undefined || frame.only !== 1;
      peer.send({ type: 'sync', ref: frame.ref, conversations: isNamed && scripted.rows.length > 0 ? { 9: page } : {} });
    };
    return scripted;
  }

  for (const [how, frame] of [
    ['itIsClaimed', { type: 'claim', openid: 'o1', conversation: '9', last_seq: 5, lease: 30 }],
    ['itIsTransferred_byAServerThatNamesNoNumber', { type: 'claim', openid: 'o1', conversation: '9', lease: 30 }],
    ['itWaitsAgain', { type: 'queue', waiting: [{ openid: 'o1', conversation: '9', last_seq: 5, since: 1, unread: 1 }], mine: [], agents: [], length: 1, now: 1 }],
    ['itIsHis', { type: 'queue', waiting: [], mine: [{ openid: 'o1', conversation: '9', last_seq: 5, since: 1, unread: 1 }], agents: [], length: 0, now: 1 }],
  ]) {
    test(`service_${how}_whatAColleagueWroteMeanwhileComesOnceInOrder`, guarded, async () => {
      const scripted = await agentServer();
      scripted.store('one');
      const portico = client(scripted, { pageLength: 2 });
      await online(portico);
      await portico.history('o1');
      for (const [content, sender] of [['two', 'ben'], ['three', 'o1'], ['four', 'ben'], ['five', 'o1']]) scripted.store(content, sender);

      scripted.peer.send(frame);
      await until(() => portico.messages.length === 4);
      scripted.peer.send(frame);
      const { messages } = await portico.history('o1');

      assert.deepEqual(portico.messages.map(({ content, ours, author }) => [content, ours, author]), [['two', true, 'ben'], ['three', false, null], ['four', true, 'ben'], ['five', false, null]]);
      assert.deepEqual(texts({ messages }), ['one', 'two', 'three', 'four', 'five']);
    });
  }

  test('service_historyIsOpened_holdsWhatNobodyTold_andItComesAsEventsToo', guarded, async () => {
    const scripted = await agentServer();
    scripted.store('one');
    const portico = client(scripted);
    await online(portico);
    await portico.history('o1');
    for (const text of ['two', 'three']) scripted.store(text, 'ben');

    const { messages } = await portico.history('o1');

    assert.deepEqual(texts({ messages }), ['one', 'two', 'three']);
    assert.deepEqual(portico.messages, messages.slice(1));
  });

  test('service_queueOfConversationsThatAreKnown_asksForNothing', guarded, async () => {
    const scripted = await agentServer();
    scripted.store('one');
    const portico = client(scripted, { holeWait: 0 });
    await online(portico);
    await portico.history('o1');
    const asked = scripted.peer.frames.filter(({ type }) => type === 'sync').length;

    scripted.peer.send({ type: 'queue', waiting: [{ openid: 'o1', conversation: '9', last_seq: 1, since: 1, unread: 1 }, { openid: 'o2', conversation: '', last_seq: 0, since: 1, unread: 0 }, null], mine: 'nonsense', agents: [], length: 1, now: 1 });
    await portico.request('claim').catch(() => null);

    assert.equal(scripted.peer.frames.filter(({ type }) => type === 'sync').length, asked);
  });

  test('service_catchingUpIsTooFast_isTriedAgain', guarded, async () => {
    const scripted = await agentServer();
    scripted.store('one');
    const portico = client(scripted);
    await online(portico);
    await portico.history('o1');
    scripted.store('two', 'ben');
    const { sync } = scripted.answers;
    let refused = 0;
    scripted.answers.sync = (frame, peer) => { if (++refused <= 2) peer.send({ type: 'error', ref: frame.ref, code: 'too_fast', message: '' }); else sync(frame, peer); };

    scripted.peer.send({ type: 'claim', openid: 'o1', conversation: '9', last_seq: 2, lease: 30 });
    await until(() => portico.messages.length === 1);

    assert.deepEqual(texts(portico), ['two']);
  });

  test('ack_saysWhatIsStored_theEventHoldsIt', guarded, async () => {
    const scripted = await server();
    const card = { id: 9, title: 'cup', image: '', url: '' };
    const answers = [{ content: card }, { content: '', recalled: true, repeated: 1 }, {}];
    scripted.answers.send = (frame, peer) => {
      const seq = scripted.store('', 'U_1', frame.client_msg_id);
      peer.send({ type: 'ack', client_msg_id: frame.client_msg_id, conversation: '7', seq, primary: seq, timestamp: 1_700_000_000, sent_at: 1_700_000_000_123, ...answers[seq - 1] });
    };
    const portico = client(scripted);
    await online(portico, scripted);
    await portico.history('V_1');
    const paths = ['/upload/a.png'];
    const sent = [portico.send('V_1', { id: 9 }, { type: 2 }), portico.send('V_1', 'a slip'), portico.send('V_1', paths, { type: 3 })];
    paths.push('/upload/later.png'); // what the caller changes afterwards is not sent
    await Promise.all(sent);

    assert.deepEqual(portico.messages.map(({ content, recalled, at }) => [content, recalled, at]), [[card, false, 1_700_000_000_123], ['', true, 1_700_000_000_123], [['/upload/a.png'], false, 1_700_000_000_123]]);
    assert.deepEqual(sends(scripted)[2].content, ['/upload/a.png']);
  });

  test('otherFrames_reachThePageUnderTheirNames', guarded, async () => {
    const scripted = await server();
    scripted.answers.claim = { type: 'claim', openid: 'o1', conversation: '9', lease: 30 };
    const portico = client(scripted);
    const badge = event(portico, 'badge');
    await online(portico, scripted);

    scripted.peer.send({ type: 'badge', unread: 3 });

    assert.equal((await badge).unread, 3);
    assert.equal((await portico.request('claim')).openid, 'o1');
  });
});
