// A buyer who looks elsewhere learns of an answer, and finds every conversation again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { People, desktop, eventually, isOnline, isWiderThanTheScreen, phone, say, seriousFindings, shows } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const shots = process.env.PORTICO_SCREENSHOTS;

describe('own conversations', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone();
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  const inbox = (page) => page.locator('.inbox');
  const unread = (page) => inbox(page).locator('.badge').evaluate((one) => (one.hidden ? 0 : Number(one.textContent)));
  const tiles = (page) => page.locator('.goods').evaluateAll((all) => all.map((tile) => { const one = tile.querySelector('.badge'); return one.hidden ? 0 : Number(one.textContent); }));

  async function answer(merchant, about, ...texts) {
    const seller = await people.merchant(merchant);
    await seller.locator('.people .person', { hasText: about }).click();
    for (const text of texts) await say(seller, text);
    await eventually(() => seller.locator('.message.own .tick').last().textContent(), '✓ Sent');
    await seller.context().close();
  }

  for (const [kind, viewport, uid] of [['desktop', desktop, 'U_301'], ['phone', phone, 'U_302']]) {
    test(`drawerIsClosed_${kind}_anAnswerIsCounted_listed_andReadWhenItIsOpened`, guarded, async () => {
      const buyer = await people.shop(uid, 900001, { viewport });
      await say(buyer, `first of ${uid}`);
      await shows(buyer, [`first of ${uid}`]);
      await buyer.getByRole('button', { name: 'Close' }).click();
      await buyer.locator('.drawer').waitFor({ state: 'detached' });
      assert.equal(await buyer.title(), 'Shop · Portico');

      await answer('V_1', `first of ${uid}`, 'it is in stock', 'shall I reserve one?');
      await eventually(() => unread(buyer), 2);
      await eventually(() => buyer.title(), '(2) Shop · Portico');
      assert.deepEqual(await tiles(buyer), [2, 2, 2, 0]); // three products are V_1's
      assert.match(await inbox(buyer).getAttribute('aria-label'), /2 unread/);
      if (shots) await buyer.screenshot({ path: `${shots}/inbox-${kind}.png` });
      await buyer.reload();
      await eventually(() => unread(buyer), 2); // known from the server as well
      if (await buyer.locator('.drawer').count()) await buyer.getByRole('button', { name: 'Close' }).click();

      await inbox(buyer).click();
      const row = buyer.getByRole('dialog').locator('.person', { hasText: 'V_1' });
      await eventually(() => row.locator('small').textContent(), 'shall I reserve one?');
      if (shots) await buyer.screenshot({ path: `${shots}/inbox-list-${kind}.png` });
      await row.click();
      await shows(buyer, [`first of ${uid}`, 'it is in stock', 'shall I reserve one?']);
      await eventually(() => unread(buyer), 0);
      await eventually(() => buyer.title(), 'Shop · Portico');
      assert.deepEqual(await tiles(buyer), [0, 0, 0, 0]);
      assert.equal(await buyer.locator('.drawer .context').count(), 0); // no product was chosen
      await say(buyer, 'yes please');
      await shows(buyer, [`first of ${uid}`, 'it is in stock', 'shall I reserve one?', 'yes please']);
      await buyer.goBack();
      await buyer.locator('.drawer').waitFor({ state: 'detached' });
      assert.deepEqual(buyer.faults, []);
      await buyer.context().close();
    });
  }

  test('severalMerchants_areListedNewestFirst_whileOneIsOpenTheOthersAreCounted', guarded, async () => {
    const buyer = await people.shop('U_303', 900001);
    await say(buyer, 'to the first');
    await shows(buyer, ['to the first']);
    await buyer.goto(`${portico.url}/shop.html?as=U_303&pid=900004`);
    await isOnline(buyer, '.drawer ');
    await say(buyer, 'to the second');
    await shows(buyer, ['to the second']);
    await answer('V_1', 'to the first', 'from the first');

    await eventually(() => unread(buyer), 1);
    await shows(buyer, ['to the second']);
    assert.deepEqual(await tiles(buyer), [1, 1, 1, 0]);
    await inbox(buyer).click();
    await eventually(() => buyer.getByRole('dialog').locator('.person strong').allTextContents(), ['V_1', 'E_1']);
    await buyer.context().close();
  });

  test('chatPage_anotherMerchantAnswers_isCounted_andOpensInPlace', guarded, async () => {
    const buyer = await people.page('/demo/chat?uid=U_304&pid=900004');
    await isOnline(buyer);
    await say(buyer, 'about the cloth');
    await shows(buyer, ['about the cloth']);
    await buyer.goto(`${portico.url}/demo/chat?uid=U_304&pid=900001`);
    await isOnline(buyer);
    await answer('E_1', 'about the cloth', 'it is linen');
    await eventually(() => unread(buyer), 1);
    await eventually(async () => (await buyer.title()).startsWith('(1) '), true);

    await inbox(buyer).click();
    await buyer.getByRole('dialog').locator('.person', { hasText: 'E_1' }).click();
    await shows(buyer, ['about the cloth', 'it is linen']);
    await eventually(() => unread(buyer), 0);
    await buyer.getByRole('button', { name: 'Back', exact: true }).click();
    await buyer.getByRole('heading', { name: 'V_1' }).waitFor();
    await buyer.getByRole('button', { name: 'Send card' }).waitFor();
    assert.deepEqual(buyer.faults, []);
    await buyer.context().close();
  });

  test('axe_listOfConversations_hasNoSeriousFinding', guarded, async () => {
    for (const [viewport, colorScheme] of [[desktop, 'light'], [phone, 'dark']]) {
      const buyer = await people.page('/shop.html?as=U_303', { viewport, colorScheme, bypassCSP: true });
      await eventually(() => unread(buyer), 1);
      assert.deepEqual(await seriousFindings(buyer), []);
      await inbox(buyer).click();
      await buyer.getByRole('dialog').locator('.person').first().waitFor();
      assert.deepEqual(await seriousFindings(buyer), []);
      assert.equal(await isWiderThanTheScreen(buyer), false);
      await buyer.context().close();
    }
    const nobody = await people.page('/shop.html?as=U_399');
    await isOnline(nobody);
    await inbox(nobody).click();
    await nobody.getByRole('dialog').getByText('Ask a merchant').waitFor();
    await nobody.context().close();
  });
});
