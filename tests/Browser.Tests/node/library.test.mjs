// The library against the real server in the ways that are not a page's: as an old client of the shop, and with tokens that end.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Portico } from '../../../web-api/wwwroot/js/portico.js';
import { until } from './library-client.mjs';
import { missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };

describe('the library and the real server', { skip: why ?? false }, () => {
  let portico;
  let secret;
  const open = [];
  before(async () => {
    portico = await startStandalone();
    secret = (await readFile(join(portico.folder, 'data', 'token-secret'), 'utf8')).trim();
  }, guarded);
  after(async () => { await portico?.stop(); }, guarded);
  afterEach(() => { for (const one of open.splice(0)) one.close(); });

  function tokenOf(sub, seconds = 3600) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, exp: Math.floor(Date.now() / 1000) + seconds })}`;
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
  }

  function client(uid, options = {}) {
    const made = new Portico({ url: `ws://127.0.0.1:${portico.wire.port}/`, api: portico.url, token: () => tokenOf(uid), retryFrom: 20, retryTo: 200, ...options });
    made.messages = [];
    made.states = [];
    made.on('message', (message) => made.messages.push(message));
    made.on('state', (state) => made.states.push(state));
    made.connect();
    open.push(made);
    return made;
  }

  test('legacy_bothSides_speakTheOldShopProtocol', guarded, async () => {
    const [buyer, merchant] = [client('U_41', { legacy: true }), client('V_1', { legacy: true })];
    await until(() => buyer.state === 'online' && merchant.state === 'online');

    const receipt = await buyer.send('V_1', 'a < b & 茶');
    await until(() => merchant.messages.length === 1);
    const code = merchant.messages[0].peer;
    await merchant.send(code, 'yes');
    await until(() => buyer.messages.length === 1);

    assert.equal(receipt.unconfirmed, true);
    assert.deepEqual([merchant.messages[0].content, merchant.messages[0].html, merchant.messages[0].seq], ['a &lt; b &amp; 茶', true, null]);
    assert.deepEqual([buyer.messages[0].content, buyer.messages[0].peer], ['yes', null]);
    assert.notEqual(code, 'U_41');
    const { messages } = await buyer.history('V_1');
    assert.deepEqual(messages.map((message) => [message.content, message.own]), [['a < b & 茶', true], ['yes', false]]);
  });

  test('legacy_connectionIsLost_bindsAgainAndGoesOn', guarded, async () => {
    const [buyer, merchant] = [client('U_42', { legacy: true }), client('V_1')];
    await until(() => buyer.state === 'online' && merchant.state === 'online');

    portico.wire.cut();
    portico.wire.mend();
    await until(() => [buyer, merchant].every((one) => one.state === 'online' && one.states.some(({ state }) => state === 'offline')));
    await buyer.send('V_1', 'again');
    await until(() => merchant.messages.some((message) => message.content === 'again'));

    assert.equal(merchant.messages.filter((message) => message.content === 'again').length, 1);
  });

  test('oldAndNewClients_talkToEachOther', guarded, async () => {
    const [buyer, merchant] = [client('U_43'), client('E_1', { legacy: true })];
    await until(() => buyer.state === 'online' && merchant.state === 'online');

    await buyer.send('E_1', '<b>bold</b>');
    await until(() => merchant.messages.length === 1);
    await merchant.send(merchant.messages[0].peer, '<i>raw</i>');
    await until(() => buyer.messages.length === 2);

    assert.equal(merchant.messages[0].content, '&lt;b&gt;bold&lt;/b&gt;');
    assert.deepEqual(buyer.messages.map((message) => message.content), ['<b>bold</b>', '<i>raw</i>']);
  });

  test('twoTabsOfOneUser_bothShowEverythingOnceInOneOrder', guarded, async () => {
    const [one, two, merchant] = [client('U_47'), client('U_47'), client('V_1')];
    await until(() => [one, two, merchant].every((each) => each.state === 'online'));
    await one.history('V_1');
    await two.history('V_1');

    const sent = [];
    for (let i = 1; i <= 5; i++) sent.push(one.send('V_1', `from one ${i}`), two.send('V_1', `from two ${i}`));
    await Promise.all(sent);
    await until(() => merchant.messages.length === 10);
    await merchant.send(merchant.messages[0].peer, 'to both');
    await until(() => one.messages.length === 11 && two.messages.length === 11);

    const shown = (tab) => tab.messages.map((message) => [message.seq, message.content, message.own]);
    assert.deepEqual(shown(one), shown(two));
    assert.deepEqual(one.messages.map((message) => message.seq), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.deepEqual(merchant.messages.slice(0, 10).map((message) => message.content), one.messages.slice(0, 10).map((message) => message.content));
  });

  test('tooBig_theMessageFails_theNextOnePasses', guarded, async () => {
    const buyer = client('U_48');
    await until(() => buyer.state === 'online');

    const big = assert.rejects(buyer.send('V_1', 'x'.repeat(3 << 20)), { code: 'too_big' });
    const next = buyer.send('V_1', 'small');

    await big;
    assert.equal((await next).seq, 1);
  });

  test('tokenEndsSoon_aFreshOneIsSent_theConnectionStays', guarded, async () => {
    let asked = 0;
    const buyer = client('U_44', { token: () => tokenOf('U_44', ++asked === 1 ? 62 : 3600), api: null });
    await until(() => buyer.state === 'online');
    const first = buyer.clientId;

    await until(() => asked === 2);
    await buyer.send('V_1', 'still here');

    assert.equal(buyer.clientId, first);
    assert.equal(buyer.states.filter(({ state }) => state === 'offline').length, 0);
  });

  test('tokenEnds_withoutAFreshOne_closesForGood_withOneConnectsAgain', guarded, async () => {
    const fixed = client('U_45', { token: tokenOf('U_45', 3), api: null });
    let asked = 0;
    const renewing = client('U_46', { token: () => { if (++asked === 2) throw new Error('not now'); return tokenOf('U_46', asked === 1 ? 3 : 3600); }, api: null });

    await until(() => fixed.state === 'closed');
    await until(() => asked >= 3 && renewing.state === 'online');

    assert.equal(fixed.states.at(-1).code, 4001);
    assert.ok(renewing.states.some(({ state, code }) => state === 'offline' && code === 4001));
  });
});
