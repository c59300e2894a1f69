// Roles that crash and come back, one at a time, in the middle of a conversation.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCluster } from './cluster.mjs';
import { People, bubbles, isOnline, mine, say, shows, take, waiting } from './people.mjs';
import { launchChromium, missing } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };

describe('pages while roles crash', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startCluster();
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  for (const [at, role] of ['gateway', 'webApi', 'worker'].entries()) {
    test(`buyerAndMerchant_${role}Crashes_everyMessageOnceInOrder`, guarded, async () => {
      const buyer = await people.shop(`U_${30 + at}`);
      await say(buyer, 'one');
      await buyer.locator('.tick', { hasText: 'Sent' }).waitFor();
      const seller = await people.merchant('V_1');
      await seller.locator('.people .person').first().click();
      await shows(seller, ['one']);

      await conversationGoesOn(() => portico.restart(role), buyer, seller, ['one']);
    });
  }

  for (const [at, role] of ['gateway', 'webApi', 'worker'].entries()) {
    test(`visitorAndAgent_${role}Crashes_everyMessageOnceInOrder`, guarded, async () => {
      const { visitor, agent } = await talking(`o${at}`);

      await conversationGoesOn(() => portico.restart(role), visitor, agent, ['one', 'two']);

      await isOnline(agent);
      await mine(agent, `o${at}`).waitFor(); // still with the same agent
      await leave(visitor, agent);
    });
  }

  test('visitorAndAgent_networkIsCutAndMended_everyMessageOnceInOrder_draftsStay', guarded, async () => {
    const { visitor, agent } = await talking('o9');

    portico.wire.cut();
    for (const opened of [visitor, agent]) await opened.locator('.banner').waitFor();
    await conversationGoesOn(async () => {}, visitor, agent, ['one', 'two'], async () => {
      await visitor.locator('textarea').first().fill('a draft');
      await visitor.locator('.tick', { hasText: 'Waiting' }).nth(2).waitFor();
      portico.wire.mend();
    });

    assert.deepEqual(await agent.locator('.failed').count(), 0);
    await leave(visitor, agent);
  });

  async function talking(openid) {
    const visitor = await people.visitor(openid);
    const agent = await people.agent('anna');
    await say(visitor, 'one');
    await waiting(agent, openid).waitFor();
    await take(agent, openid);
    await say(agent, 'two');
    for (const opened of [visitor, agent]) await shows(opened, ['one', 'two']);
    return { visitor, agent };
  }

  const leave = async (...all) => { for (const opened of all) await opened.context().close(); };
});

/** Both write while something happens and after it; at the end both see the same, each message once. */
async function conversationGoesOn(happens, first, second, before, written = async () => {}) {
  const happening = happens();
  for (const text of ['mine 1', 'mine 2', 'mine 3']) await say(first, text);
  for (const text of ['yours 1', 'yours 2', 'yours 3']) await say(second, text);
  await written();
  await happening;
  const during = before.length + 6;
  for (const opened of [first, second]) await opened.waitForFunction((count) => document.querySelectorAll('.message[data-seq]').length === count, during);
  await say(first, 'last');
  for (const opened of [first, second]) await opened.waitForFunction((count) => document.querySelectorAll('.message[data-seq]').length === count, during + 1);

  const shown = await bubbles(first);
  assert.deepEqual(await bubbles(second), shown);
  assert.deepEqual([...shown].sort(), [...before, 'mine 1', 'mine 2', 'mine 3', 'yours 1', 'yours 2', 'yours 3', 'last'].sort());
  assert.deepEqual(shown.slice(0, before.length), before);
  assert.equal(shown.at(-1), 'last');
  for (const side of ['mine', 'yours']) assert.deepEqual(shown.filter((text) => text.startsWith(side)), [1, 2, 3].map((n) => `${side} ${n}`));
  const seqs = await first.locator('.message[data-seq]').evaluateAll((messages) => messages.map((message) => Number(message.dataset.seq)));
  assert.deepEqual(seqs, shown.map((_, i) => i + 1));
  assert.deepEqual([...first.faults, ...second.faults], []);
}
