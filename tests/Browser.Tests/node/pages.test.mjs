// The pages in Chromium, before a real standalone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { People, bubbles, desktop, eventually, isOnline, isWiderThanTheScreen, phone, say, sendPictures, seriousFindings, shows, takeBack } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const shots = process.env.PORTICO_SCREENSHOTS; // a folder, to look at the pages

describe('pages in Chromium', { skip: why ?? false }, () => {
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

  test('buyerAndMerchant_exchangeTextEmojiAndCard_readTicksMove', guarded, async () => {
    const buyer = await people.shop('U_11');
    await say(buyer, '你好 👋 is it in stock?');
    await buyer.locator('.message.own .tick', { hasText: 'Sent' }).waitFor();
    const seller = await people.merchant('V_1');
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
    const buyer = await people.shop('U_12', 900004);
    const seller = await people.merchant('E_1');
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
    await eventually(() => buyer.locator('textarea').inputValue(), 'a draft');
    await buyer.reload();
    await shows(buyer, [...expected, 'after']);
    await eventually(() => buyer.locator('textarea').inputValue(), 'a draft');
  });

  test('picture_isStoredAndShownToTheOtherSide', guarded, async () => {
    const buyer = await people.shop('U_16', 900004);
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    await sendPictures(buyer, { name: 'p.png', mimeType: 'image/png', buffer: png });
    await buyer.locator('.message[data-seq] img').waitFor({ state: 'attached' });
    const seller = await people.merchant('E_1');
    await seller.locator('.people .person').first().click();
    await seller.waitForFunction(() => document.querySelector('.bubble img')?.naturalWidth === 1);

    assert.match(await seller.locator('.bubble img').getAttribute('src'), /\/upload\//);
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
  });

  test('everythingRestartsInTheMiddle_everyMessageOnceInOrder', guarded, async () => {
    const buyer = await people.shop('U_17', 900004);
    const seller = await people.merchant('E_1');
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

  test('takingBack_withinTwoMinutes_emptiesTheMessageOnBothSides', guarded, async () => {
    const buyer = await people.shop('U_18', 900003);
    await say(buyer, 'a slip of the pen');
    await buyer.locator('.tick', { hasText: 'Sent' }).waitFor();
    const seller = await people.merchant('V_1');
    await seller.locator('.people .person').first().click();
    await shows(seller, ['a slip of the pen']);
    await say(seller, 'no problem');
    await shows(buyer, ['a slip of the pen', 'no problem']);

    await eventually(() => seller.getByRole('button', { name: 'Take back' }).count(), 1); // his own alone
    await takeBack(buyer, buyer.locator('.message').first());
    await seller.locator('.recalled').waitFor();
    await seller.getByRole('button', { name: 'Take back' }).focus();
    await seller.keyboard.press('Enter');
    await seller.locator('dialog').getByRole('button', { name: 'Take back' }).focus();
    await seller.keyboard.press('Enter');
    await buyer.locator('.recalled').nth(1).waitFor();

    await shows(buyer, ['You took back a messageEdit again', 'Message taken back']);
    await shows(seller, ['Message taken back', 'You took back a messageEdit again']);
    await buyer.reload();
    await shows(buyer, ['You took back a message', 'Message taken back']);
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
  });

  test('longHistory_isLoadedPageByPageAsOneScrolls', guarded, async () => {
    const headers = { Authorization: 'Bearer ' + (await (await fetch(`${portico.url}/demo/token?uid=U_19`)).json()).token, 'Content-Type': 'application/json' };
    for (let i = 1; i <= 130; i++) {
      const answer = await fetch(`${portico.url}/api/v1/messages`, { method: 'POST', headers, body: JSON.stringify({ to: 'V_1', content: `line ${i}`, client_msg_id: `long-${i}` }) });
      assert.equal(answer.status, 200);
    }
    const buyer = await people.shop('U_19');
    const lines = (from) => Array.from({ length: 131 - from }, (_, i) => `line ${from + i}`);
    await shows(buyer, lines(81));

    await buyer.locator('.scroll').evaluate((scroll) => { scroll.scrollTop = 0; });
    await shows(buyer, lines(31));
    await buyer.getByRole('button', { name: 'Earlier messages' }).press('Enter');
    await shows(buyer, lines(1));

    await buyer.getByRole('button', { name: 'Earlier messages' }).waitFor({ state: 'hidden' });
  });

  test('chatPage_showsProductAndHistory_andTalksToTheMerchant', guarded, async () => {
    const buyer = await people.page('/demo/chat?uid=U_20&pid=900002');
    await isOnline(buyer);
    await say(buyer, 'from the chat page <b>');
    await buyer.locator('.tick', { hasText: 'Sent' }).waitFor();
    await buyer.getByRole('button', { name: 'Send card' }).click();
    const seller = await people.merchant('V_1');
    await seller.locator('.people .person').first().click();
    await seller.locator('.bubble .card', { hasText: 'Longjing' }).waitFor();
    await say(seller, 'welcome');
    await buyer.locator('.message:not(.own)').waitFor();
    await buyer.reload();
    await buyer.locator('.message:not(.own)').waitFor();

    assert.match(buyer.url(), /push\/push\/chat\?pid=900002$/);
    await eventually(async () => (await bubbles(buyer)).map((text) => text.trim().slice(0, 22)), ['from the chat page <b>', '龙井茶 50g · Longjing tea', 'welcome'].map((text) => text.slice(0, 22)));
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
    assert.equal(await buyer.evaluate(() => document.cookie), '');
    assert.equal(await buyer.evaluate(() => document.documentElement.outerHTML.includes('eyJ')), false, 'a token stands in the page');
    assert.equal((await buyer.goto(portico.url + '/push/push/chat?pid=77')).status(), 404);
  });

  test('chatPage_withoutScript_isReadable_withoutACookieRefused', guarded, async () => {
    const buyer = await people.page('/demo/chat?uid=U_20&pid=900002', { javaScriptEnabled: false });

    assert.match(await buyer.locator('#history').textContent(), /from the chat page <b>/);
    const stranger = await fetch(portico.url + '/push/push/chat?pid=900002');
    assert.equal(stranger.status, 401);
  });

  test('hostileTexts_areShownAsText', guarded, async () => {
    const hostile = ['<img src=x onerror="window.hit=1">', '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', '&lt;b&gt; {{7*7}} ${7*7}', 'javascript:window.hit=1', '\u202Eabc\u202C \u0007'];
    const buyer = await people.shop('U_13', 900002);
    for (const text of hostile) await say(buyer, text);
    await buyer.waitForFunction((count) => document.querySelectorAll('.message[data-seq]').length === count, hostile.length);
    const seller = await people.merchant('V_1');
    await seller.locator('.people .person').first().click();

    await shows(seller, hostile.map((text) => text.trim()));
    for (const opened of [buyer, seller]) {
      assert.equal(await opened.evaluate(() => window.hit), undefined);
      assert.equal(await opened.locator('.bubble *').count(), 0);
      assert.deepEqual(opened.faults, []);
    }
  });

  test('addressInAText_canBeFollowed_andSaysWhereTo', guarded, async () => {
    const buyer = await people.shop('U_21', 900002);
    await say(buyer, 'see (https://example.com/a?b=c), or http://例子.test/页 and javascript:alert(1)//https:// x');
    await buyer.locator('.message[data-seq] .bubble a').first().waitFor();

    const links = await buyer.locator('.bubble a').evaluateAll((all) => all.map((link) => [link.textContent, link.getAttribute('href'), link.rel]));
    assert.deepEqual(links, [['https://example.com/a?b=c', 'https://example.com/a?b=c', 'noopener noreferrer nofollow']]);
    assert.deepEqual(await bubbles(buyer), ['see (https://example.com/a?b=c), or http://例子.test/页 and javascript:alert(1)//https:// x']);
    assert.deepEqual(buyer.faults, []);
  });

  test('storageForbidden_pagesWorkAllTheSame', guarded, async () => {
    const context = await browser.newContext({ locale: 'en-US', viewport: desktop });
    await context.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });
    });
    const buyer = await context.newPage();
    await buyer.goto(`${portico.url}/shop.html?as=U_22&pid=900002`, guarded);
    await isOnline(buyer, '.drawer ');
    await say(buyer, 'from a private window');

    await shows(buyer, ['from a private window']);
    await context.close();
  });

  test('search_andKeyboard_openAConversation', guarded, async () => {
    const buyer = await people.shop('U_14', 900003);
    await say(buyer, 'do you have a very particular tray?');
    const seller = await people.merchant('V_1');
    await seller.locator('.people .person').first().waitFor();
    await say(buyer, 'a needle in the hay');
    await seller.locator('.people small', { hasText: 'needle' }).waitFor();

    await seller.getByRole('searchbox').fill('needle');
    await eventually(() => seller.locator('.people .person').count(), 1);
    await seller.keyboard.press('Tab');
    await seller.keyboard.press('Enter');

    await shows(seller, ['do you have a very particular tray?', 'a needle in the hay']);
    await eventually(() => seller.evaluate(() => document.activeElement.tagName), 'TEXTAREA');
    assert.equal(await seller.evaluate(() => document.documentElement.outerHTML.includes('eyJ')), false, 'a token stands in the page');
  });

  for (const [name, path, ready] of [['start', '/', '.tiles'], ['shop', '/shop.html?as=U_15', '.tile'], ['chat drawer', '/shop.html?as=U_15&pid=900001', '.drawer .status[data-state="online"]'],
    ['merchant', '/merchant.html?as=V_1', '.people .person'], ['chat page', '/demo/chat?uid=U_15&pid=900001', '.status[data-state="online"]']]) {
    test(`axe_${name}_hasNoSeriousFinding`, guarded, async () => {
      for (const [kind, colorScheme, viewport, locale] of [['desktop', 'light', desktop, 'en-US'], ['desktop', 'dark', desktop, 'zh-CN'], ['phone', 'light', phone, 'zh-CN'], ['phone', 'dark', phone, 'en-US']]) {
        const opened = await people.page(path, { colorScheme, viewport, bypassCSP: true, locale });
        await opened.locator(ready).first().waitFor({ state: 'attached' });
        if (name === 'merchant') await opened.locator('.people .person').first().click();
        if (shots) await opened.screenshot({ path: `${shots}/${name}-${kind}-${colorScheme}.png` });
        assert.deepEqual(await seriousFindings(opened), [], `${kind} ${colorScheme}`);
        assert.equal(await isWiderThanTheScreen(opened), false, `${kind}: wider than the screen`);
        await opened.context().close();
      }
    });
  }
});
