// A message is one and the same object wherever it comes from: as an event on the device that sent it, on another of the sender's devices and on the
// receiver's, in the history, and after a lost connection. And a sender sees on the own screen what the other side sees.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Portico } from '../../../web-api/wwwroot/js/portico.js';
import { until } from './library-client.mjs';
import { People, desktop, eventually, isOnline, phone } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const cup = '白瓷茶杯 · White porcelain cup';

describe('one message', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  let secret;
  let key;
  const open = [];
  before(async () => {
    portico = await startStandalone();
    secret = (await readFile(join(portico.folder, 'data', 'token-secret'), 'utf8')).trim();
    key = (await readFile(join(portico.folder, 'data', 'api-key'), 'utf8')).trim();
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);
  afterEach(() => { for (const one of open.splice(0)) one.close(); });

  function client(sub, { role, module = '' } = {}) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, role, exp: Math.floor(Date.now() / 1000) + 3600 })}`;
    const token = `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
    const made = new Portico({ url: `ws://127.0.0.1:${portico.wire.port}/${module}`, api: portico.url, token, retryFrom: 20, retryTo: 200 });
    made.messages = [];
    made.on('message', (message) => made.messages.push(message));
    made.connect();
    open.push(made);
    return made;
  }

  const ready = async (...all) => { for (const one of all) { await until(() => one.state === 'online'); await one.history('nobody'); } };
  const came = (one, count) => until(() => one.messages.length >= count);

  /** Sends each content and compares what every device of both sides has of it, as events and from the log. */
  async function compare({ sender, twin, receiver, peer, conversation, again, contents }) {
    for (const [content, type] of contents) await sender.send(peer, content, { type });
    for (const one of [sender, twin, receiver]) await came(one, contents.length);
    const { conversation: id } = sender.messages[0];
    const own = (await sender.history(peer, { conversation: id })).messages;
    const theirs = (await receiver.history(null, { conversation: id })).messages;
    const late = again(); // a device that was not there
    await until(() => late.state === 'online');
    const fresh = (await late.history(peer, { conversation: id })).messages;

    assert.deepEqual(sender.messages, own);
    assert.deepEqual(twin.messages, own);
    assert.deepEqual(fresh, own);
    assert.deepEqual(receiver.messages, theirs);
    assert.deepEqual(theirs.map(({ content, type, seq, at, id: row, parts, clientMsgId }) => ({ content, type, seq, at, row, parts, clientMsgId })), own.map(({ content, type, seq, at, id: row, parts, clientMsgId }) => ({ content, type, seq, at, row, parts, clientMsgId })));
    return own;
  }

  test('shop_textNumberCardPictures_areTheSameObjectFromEverySource', guarded, async () => {
    const [sender, twin, receiver] = [client('U_101'), client('U_101'), client('V_1')];
    await ready(sender, twin, receiver);
    const { path } = await sender.api('POST', '/api/v1/uploads', new Blob([png], { type: 'image/png' }));

    const own = await compare({
      sender, twin, receiver, peer: 'V_1', again: () => client('U_101'),
      contents: [[' a <b> 茶 👋 ', 1], [5, 1], [{ id: 900001 }, 2], [900002, 2], [{ id: 900003, title: 'claimed', price: '1' }, 2], [[path, path], 3]],
    });

    assert.deepEqual(own.map(({ content, type }) => [type === 2 ? content.title : content, type]), [[' a <b> 茶 👋 ', 1], ['5', 1], [cup, 2], ['龙井茶 50g · Longjing tea 50 g', 2], ['竹制茶盘 · Bamboo tea tray', 2], [[path, path], 3]]);
    assert.deepEqual(Object.keys(own[2].content), ['id', 'title', 'image', 'url']);
    assert.ok(own.every(({ at }) => Math.abs(at - Date.now()) < 3_600_000));
  });

  test('shop_merchantToBuyersCode_isTheSameObjectFromEverySource', guarded, async () => {
    const [buyer, sender, twin] = [client('U_102'), client('E_1'), client('E_1')];
    await ready(buyer, sender, twin);
    await buyer.send('E_1', 'hello');
    await came(sender, 1);
    await came(twin, 1);
    const peer = sender.messages[0].peer;
    for (const one of [buyer, sender, twin]) one.messages.length = 0;

    await sender.send(peer, { id: 900001 }, { type: 2 });
    await sender.send(peer, 'that one?');
    for (const one of [buyer, sender, twin]) await came(one, 2);

    const log = (await sender.history(peer)).messages.slice(1);
    assert.deepEqual(sender.messages, log);
    assert.deepEqual(twin.messages, log);
    assert.deepEqual(buyer.messages, (await buyer.history('E_1')).messages.slice(1));
    assert.equal(sender.messages[0].content.title, cup);
  });

  test('service_visitorAgentAndColleague_haveTheSameObjects', guarded, async () => {
    const module = 'service';
    const [visitor, agent, window, colleague] = [client('w_1', { module }), client('anna', { module, role: 'agent' }), client('anna', { module, role: 'agent' }), client('ben', { module, role: 'agent' })];
    await ready(visitor, agent, window, colleague);
    await visitor.send(null, 'question');
    await visitor.send(null, { id: 900001 }, { type: 2 });
    await came(agent, 2);
    await agent.request('claim', { openid: 'w_1' });
    await agent.send('w_1', { id: 900002 }, { type: 2 });
    await agent.send('w_1', 'that one?');
    await agent.request('transfer', { openid: 'w_1', to: 'ben' });

    for (const one of [visitor, agent, window, colleague]) await came(one, 4);
    const [{ conversation }] = visitor.messages;
    for (const one of [visitor, agent, window, colleague]) assert.deepEqual(one.messages, (await one.history('w_1', { conversation })).messages);
    assert.deepEqual(colleague.messages.map(({ own, ours, author }) => [own, ours, author]), [[false, false, null], [false, false, null], [false, true, 'anna'], [false, true, 'anna']]);
    assert.deepEqual(window.messages.map(({ own, ours, author }) => [own, ours, author]), [[false, false, null], [false, false, null], [true, true, null], [true, true, null]]);
  });

  test('connectionIsLost_whatIsSentAgainAndWhatIsMissed_areTheSameObjects', guarded, async () => {
    const [sender, twin, receiver] = [client('U_103'), client('U_103'), client('E_1')];
    await ready(sender, twin, receiver);
    await sender.send('E_1', 'before');
    for (const one of [sender, twin, receiver]) await came(one, 1);

    portico.wire.cut();
    const sent = [sender.send('E_1', { id: 900004 }, { type: 2 }), sender.send('E_1', 'text')];
    portico.wire.mend();
    await Promise.all(sent);
    for (const one of [sender, twin, receiver]) await came(one, 3);

    assert.deepEqual(sender.messages, (await sender.history('E_1')).messages);
    assert.deepEqual(twin.messages, sender.messages);
    assert.equal(typeof sender.messages[1].content.title, 'string');
  });

  test('recall_ofACard_isTheSameForSenderAndReceiver', guarded, async () => {
    const [sender, receiver] = [client('U_104'), client('V_1')];
    await ready(sender, receiver);
    const { conversation, seq } = await sender.send('V_1', { id: 900001 }, { type: 2 });
    const told = [];
    for (const one of [sender, receiver]) one.on('recall', (recall) => told.push(recall));
    await sender.recall(conversation, seq);
    await until(() => told.length === 2);

    const own = (await sender.history('V_1')).messages;
    const theirs = (await receiver.history(null, { conversation })).messages;
    assert.deepEqual(told, [{ conversation, seq }, { conversation, seq }]);
    assert.deepEqual([own[0].content, own[0].recalled, own[0].type], ['', true, 2]);
    assert.deepEqual([theirs[0].content, theirs[0].recalled, theirs[0].type], ['', true, 2]);
  });

  // ---- on the sender's own screen

  const cards = (page) => page.locator('.message.own[data-seq] .card').allTextContents();

  for (const [kind, viewport, uid] of [['desktop', desktop, 'U_111'], ['phone', phone, 'U_112']]) {
    test(`ownCard_inTheShop_${kind}_hasItsTitleAtOnce_onTheOtherDevice_andAfterAReload`, guarded, async () => {
      const buyer = await people.shop(uid, 900001, { viewport });
      const other = await people.shop(uid, 900001, { viewport });
      await buyer.getByRole('button', { name: 'Send card', exact: true }).click();
      await eventually(() => cards(buyer), [cup]);
      await buyer.getByRole('button', { name: 'Send the product card' }).click();

      await eventually(() => cards(buyer), [cup, cup]);
      await eventually(() => cards(other), [cup, cup]);
      assert.equal(await buyer.locator('.message.own .card img').count(), 2);
      assert.ok((await buyer.locator('.message.own .card').first().boundingBox()).height > 40);
      await buyer.reload();
      await eventually(() => cards(buyer), [cup, cup]);
      assert.deepEqual(buyer.faults, []);
      for (const page of [buyer, other]) await page.context().close();
    });
  }

  test('ownCard_onTheChatPage_hasItsTitleAtOnce_andAfterAReload', guarded, async () => {
    const buyer = await people.page('/demo/chat?uid=U_120&pid=900001');
    await isOnline(buyer);
    await buyer.getByRole('button', { name: 'Send card' }).click();
    await eventually(() => cards(buyer), [cup]);
    await buyer.reload();
    await eventually(() => cards(buyer), [cup]);
    await buyer.context().close();
  });

  test('ownCard_thatWaitsForAConnection_hasItsTitle_alsoAfterAReload_andOnceItIsStored', guarded, async () => {
    const buyer = await people.shop('U_121');
    portico.wire.cut();
    await buyer.locator('.drawer .status:not([data-state="online"])').waitFor();
    await buyer.getByRole('button', { name: 'Send card', exact: true }).click();
    const waiting = () => buyer.locator('.message.own .card').allTextContents();
    await eventually(waiting, [cup]);
    await buyer.reload();
    await eventually(waiting, [cup]);
    portico.wire.mend();
    await eventually(() => cards(buyer), [cup]);
    await buyer.context().close();
  });

  test('ownCard_ofAProductThatChanges_keepsWhatWasStored', guarded, async () => {
    const put = (title) => fetch(`${portico.url}/api/v1/products/777`, { method: 'PUT', headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' }, body: JSON.stringify({ merchant_uid: 'V_1', title, image: '', url: '/p/777' }) });
    await put('first name');
    const buyer = await people.page('/demo/chat?uid=U_122&pid=777');
    await isOnline(buyer);
    await put('second name'); // the page still shows the first
    await buyer.getByRole('button', { name: 'Send card' }).click();
    await eventually(() => cards(buyer), ['second name']);
    await buyer.reload();
    await eventually(() => cards(buyer), ['second name']);
    await buyer.context().close();
  });
});
