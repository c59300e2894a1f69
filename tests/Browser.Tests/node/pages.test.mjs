// The pages in Chromium, before a real standalone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 90_000 };
const shots = process.env.PORTICO_SCREENSHOTS; // a folder, to look at the pages

describe('pages in Chromium', { skip: why ?? false }, () => {
  let portico;
  let browser;
  before(async () => {
    portico = await startStandalone();
    browser = await launchChromium();
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  });

  async function page(path, options = {}) {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 }, ...options });
    const opened = await context.newPage();
    opened.faults = [];
    opened.on('pageerror', (fault) => opened.faults.push(String(fault)));
    opened.on('console', (line) => { if (line.type() === 'error' && /Content Security Policy|TrustedHTML/i.test(line.text())) opened.faults.push(line.text()); });
    await opened.goto(portico.url + path);
    return opened;
  }

  async function shop(uid, pid = 900001, options = {}) {
    const opened = await page(`/shop.html?as=${uid}&pid=${pid}`, options);
    await opened.locator('.drawer .status[data-state="online"]').waitFor();
    return opened;
  }

  async function merchant(uid, options = {}) {
    const opened = await page(`/merchant.html?as=${uid}`, options);
    await opened.locator('.status[data-state="online"]').first().waitFor();
    return opened;
  }

  async function say(opened, text) {
    await opened.locator('textarea').fill(text);
    await opened.locator('textarea').press('Enter');
  }

  const bubbles = (opened) => opened.locator('.message .bubble').allTextContents();

  async function shows(opened, expected) {
    await opened.waitForFunction((count) => document.querySelectorAll('.message[data-seq]').length >= count, expected.length);
    assert.deepEqual(await bubbles(opened), expected);
  }

  test('buyerAndMerchant_exchangeTextEmojiAndCard_readTicksMove', guarded, async () => {
    const buyer = await shop('U_11');
    await say(buyer, '你好 👋 is it in stock?');
    await buyer.locator('.message.own .tick', { hasText: 'Delivered' }).waitFor();
    const seller = await merchant('V_1');
    await seller.locator('.people .person').first().click();
    await shows(seller, ['你好 👋 is it in stock?']);
    await buyer.locator('.message.own .tick[data-read]').waitFor();

    await say(seller, 'Yes 🎉');
    await shows(buyer, ['你好 👋 is it in stock?', 'Yes 🎉']);
    await buyer.getByRole('button', { name: 'Send the product card' }).click();
    await seller.locator('.bubble .card').waitFor();

    assert.match(await seller.locator('.bubble .card').textContent(), /White porcelain cup/);
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
  });

  test('networkCutAndMended_everyMessageOnceInOrder', guarded, async () => {
    const buyer = await shop('U_12', 900004);
    const seller = await merchant('E_1');
    await say(buyer, 'before');
    await seller.locator('.people .person').first().click();
    await shows(seller, ['before']);

    portico.wire.cut();
    await buyer.locator('.drawer .status:not([data-state="online"])').waitFor();
    for (const text of ['while cut 1', 'while cut 2', 'while cut 3']) await say(buyer, text);
    await buyer.locator('textarea').fill('a draft');
    portico.wire.mend();
    const expected = ['before', 'while cut 1', 'while cut 2', 'while cut 3'];
    await shows(buyer, expected);
    await shows(seller, expected);
    portico.wire.cut();
    portico.wire.mend();
    await say(seller, 'after');

    await shows(buyer, [...expected, 'after']);
    await shows(seller, [...expected, 'after']);
    assert.equal(await buyer.locator('textarea').inputValue(), 'a draft');
    await buyer.reload();
    await shows(buyer, [...expected, 'after']);
    assert.equal(await buyer.locator('textarea').inputValue(), 'a draft');
  });

  test('picture_isStoredAndShownToTheOtherSide', guarded, async () => {
    const buyer = await shop('U_16', 900004);
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    await buyer.locator('input[type=file]').setInputFiles({ name: 'p.png', mimeType: 'image/png', buffer: png });
    await buyer.locator('.message[data-seq] img').waitFor({ state: 'attached' });
    const seller = await merchant('E_1');
    await seller.locator('.people .person').first().click();
    await seller.waitForFunction(() => document.querySelector('.bubble img')?.naturalWidth === 1);

    assert.match(await seller.locator('.bubble img').getAttribute('src'), /\/upload\//);
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
  });

  test('everythingRestartsInTheMiddle_everyMessageOnceInOrder', guarded, async () => {
    const buyer = await shop('U_17', 900004);
    const seller = await merchant('E_1');
    await say(buyer, 'one');
    await seller.locator('.people .person', { hasText: 'one' }).click();
    await shows(seller, ['one']);

    const restarted = portico.restart();
    await say(buyer, 'two');
    await say(seller, 'three');
    await restarted;
    await seller.waitForFunction(() => document.querySelectorAll('.message[data-seq]').length === 3);
    await say(buyer, 'four');

    await seller.waitForFunction(() => document.querySelectorAll('.message[data-seq]').length === 4);
    await buyer.waitForFunction(() => document.querySelectorAll('.message[data-seq]').length === 4);
    const shown = await bubbles(seller);
    assert.deepEqual(await bubbles(buyer), shown);
    assert.deepEqual([...shown].sort(), ['four', 'one', 'three', 'two']);
    assert.deepEqual([shown[0], shown[3]], ['one', 'four']);
  });

  test('hostileTexts_areShownAsText', guarded, async () => {
    const hostile = ['<img src=x onerror="window.hit=1">', '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', '&lt;b&gt; {{7*7}} ${7*7}', 'javascript:window.hit=1', '\u202Eabc\u202C \u0007'];
    const buyer = await shop('U_13', 900002);
    for (const text of hostile) await say(buyer, text);
    await buyer.waitForFunction((count) => document.querySelectorAll('.message[data-seq]').length === count, hostile.length);
    const seller = await merchant('V_1');
    await seller.locator('.people .person').first().click();

    await shows(seller, hostile.map((text) => text.trim()));
    for (const opened of [buyer, seller]) {
      assert.equal(await opened.evaluate(() => window.hit), undefined);
      assert.equal(await opened.locator('.bubble *').count(), 0);
      assert.deepEqual(opened.faults, []);
    }
  });

  test('search_andKeyboard_openAConversation', guarded, async () => {
    const buyer = await shop('U_14', 900003);
    await say(buyer, 'do you have a very particular tray?');
    const seller = await merchant('V_1');
    await seller.locator('.people .person').first().waitFor();
    await say(buyer, 'a needle in the hay');
    await seller.locator('.people small', { hasText: 'needle' }).waitFor();

    await seller.getByRole('searchbox').fill('needle');
    assert.equal(await seller.locator('.people .person').count(), 1);
    await seller.keyboard.press('Tab');
    await seller.keyboard.press('Enter');

    await shows(seller, ['do you have a very particular tray?', 'a needle in the hay']);
    assert.equal(await seller.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    assert.equal(await seller.evaluate(() => document.documentElement.outerHTML.includes('eyJ')), false, 'a token stands in the page');
  });

  for (const [name, path, ready] of [['start', '/', '.tiles'], ['shop', '/shop.html?as=U_15&pid=900001', '.drawer .status[data-state="online"]'], ['merchant', '/merchant.html?as=V_1', '.people .person']]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`axe_${name}_${colorScheme}_hasNoSeriousFinding`, guarded, async () => {
        const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
        for (const [kind, viewport] of [['desktop', { width: 1280, height: 800 }], ['phone', { width: 390, height: 844 }]]) {
          const opened = await page(path, { colorScheme, viewport, bypassCSP: true, locale: kind === 'phone' ? 'zh-CN' : 'en-US' });
          await opened.locator(ready).first().waitFor();
          if (name === 'merchant') await opened.locator('.people .person').first().click();
          if (shots) await opened.screenshot({ path: `${shots}/${name}-${kind}-${colorScheme}.png` });
          await opened.evaluate(source);
          const { violations } = await opened.evaluate(() => window.axe.run());
          const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
          assert.deepEqual(serious, [], `${kind} ${colorScheme}`);
          await opened.context().close();
        }
      });
    }
  }
});
