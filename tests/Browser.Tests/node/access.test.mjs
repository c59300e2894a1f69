// With the keyboard alone, with a screen reader, with high contrast, a large zoom and little room.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { People, eventually, isOnline, isWiderThanTheScreen, phone, place, say, sendPictures, seriousFindings, shows, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('access', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone('--Service:Canned:0:Title=Greeting', '--Service:Canned:0:Text=Good day.');
    browser = await launchChromium();
    people = new People(browser, portico);
    for (let i = 1; i <= 12; i++) await post(`U_${70 + i}`, 'V_1', `question ${i}`);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  async function post(uid, to, content) {
    const { token } = await (await fetch(`${portico.url}/demo/token?uid=${uid}`)).json();
    const answer = await fetch(`${portico.url}/api/v1/messages`, { method: 'POST', headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' }, body: JSON.stringify({ to, content, client_msg_id: `${uid}-${content}`.replace(/ /g, '_') }) });
    assert.equal(answer.status, 200);
  }

  const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim().slice(0, 40));
  const isFocused = (locator) => eventually(() => locator.evaluate((element) => element === document.activeElement), true);
  const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };

  /** Tab by Tab through the page, until it begins again or leaves it: what has the focus must be seen, and nothing keeps it. */
  async function stops(page, most = 60) {
    await page.evaluate(() => document.activeElement.blur());
    const seen = [];
    for (let i = 0; i < most; i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const at = document.activeElement;
        if (at === document.body) return null;
        const { width, height } = at.getBoundingClientRect();
        at.dataset.stop ??= String(Math.random());
        return { id: at.dataset.stop, name: at.getAttribute('aria-label') ?? (at.textContent.trim().slice(0, 30) || at.tagName), isSeen: width > 0 && height > 0, ring: getComputedStyle(at).outlineStyle !== 'none' || at.matches('[type=radio], [type=checkbox]') };
      });
      if (stop === null || seen.some((one) => one.id === stop.id)) return seen;
      seen.push(stop);
    }
    assert.fail('the Tab key never comes round: ' + seen.map((one) => one.name).join(', '));
  }

  test('merchant_withTheKeyboardAlone_findsOpensAnswersAndGoesOn', guarded, async () => {
    const page = await people.merchant('V_1');
    await eventually(() => page.locator('.people .person').count(), 12);

    const round = await stops(page);
    assert.ok(round.length < 10, `a list of 12 costs ${round.length} stops`);
    assert.deepEqual(round.filter((stop) => !stop.isSeen || !stop.ring), []);
    await page.getByRole('searchbox').focus();
    await press(page, 'Tab', 'ArrowDown', 'ArrowDown');
    await isFocused(page.locator('.people .person').nth(2));
    await press(page, 'End');
    await isFocused(page.locator('.people .person').nth(11));
    await press(page, 'Home', 'Enter');
    await shows(page, ['question 12']);
    await isFocused(page.locator('textarea'));
    await page.keyboard.type('an answer');
    await press(page, 'Enter');
    await shows(page, ['question 12', 'an answer']);

    await press(page, 'Shift+Tab', 'Shift+Tab'); // past the picture button, into the messages
    await eventually(() => focused(page), 'Take back');
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('skipLink_isTheFirstStop_andPassesTheBar', guarded, async () => {
    for (const [path, target] of [['/', 'main a'], ['/shop.html', 'main button'], ['/merchant.html', '.people .person']]) {
      const page = await people.page(path);
      await page.locator(target).first().waitFor();
      await page.evaluate(() => document.activeElement.blur());
      await press(page, 'Tab');
      assert.equal(await focused(page), 'Skip to content');
      await press(page, 'Enter');

      await eventually(() => page.evaluate(() => document.activeElement.closest('header') === null && document.activeElement !== document.body), true);
      await page.context().close();
    }
  });

  test('drawer_escapeClosesIt_theFocusReturns_onAPhoneNothingBehindItIsReached', guarded, async () => {
    const page = await people.page('/shop.html?as=U_91', { viewport: phone });
    const ask = page.getByRole('button', { name: /Ask the merchant.*tray/ });
    await ask.focus();
    await press(page, 'Enter');
    await isOnline(page, '.drawer ');
    await isFocused(page.locator('.drawer textarea'));

    const round = await stops(page);
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('body > header, body > main')].every((part) => part.inert)), true);
    assert.equal(round.some((stop) => /Ask the merchant/.test(stop.name)), false);
    await page.locator('.drawer textarea').focus();
    await press(page, 'Escape');
    await isFocused(ask);
    await page.context().close();
  });

  test('agent_withTheKeyboardAlone_takesAnswersTransfersAndCloses_theFocusIsNeverLost', guarded, async () => {
    const visitor = await people.visitor('k1');
    await say(visitor, 'hello');
    const agent = await people.agent('anna');
    await waiting(agent, 'k1').waitFor();
    await agent.getByRole('button', { name: 'Take the next' }).focus();
    await press(agent, 'Enter');
    await isFocused(agent.locator('textarea'));
    await agent.getByRole('button', { name: 'Canned answers' }).focus();
    await press(agent, 'Enter');
    await isFocused(agent.getByRole('searchbox'));
    await press(agent, 'Escape');
    await isFocused(agent.getByRole('button', { name: 'Canned answers' }));
    await press(agent, 'Enter');
    await isFocused(agent.getByRole('searchbox'));
    await press(agent, 'Tab', 'Enter');
    await isFocused(agent.locator('textarea'));
    await press(agent, 'Enter');
    await shows(visitor, ['hello', 'Good day.']);

    await agent.getByRole('button', { name: 'Transfer' }).focus();
    await press(agent, 'Enter');
    await eventually(() => agent.evaluate(() => document.activeElement.closest('dialog') !== null), true);
    await press(agent, 'Escape');
    await isFocused(agent.getByRole('button', { name: 'Transfer' }));
    await agent.getByRole('button', { name: 'Close', exact: true }).focus();
    await press(agent, 'Enter');
    await isFocused(agent.getByRole('button', { name: 'Cancel' })); // what cannot be undone is not under the finger
    await press(agent, 'Tab', 'Enter');
    await place(visitor, 'closed');
    await isFocused(agent.locator('.footer'));

    await visitor.locator('.stars input').first().focus();
    await press(visitor, 'Space', 'ArrowRight', 'ArrowRight');
    await eventually(() => visitor.locator('.stars output').textContent(), 'All right');
    await visitor.getByRole('button', { name: 'Send rating' }).focus();
    await press(visitor, 'Enter');
    await place(visitor, 'Thank you');
    await isFocused(visitor.locator('.thread > .composer textarea'));
    assert.deepEqual([...visitor.faults, ...agent.faults], []);
    for (const page of [visitor, agent]) await page.context().close();
  });

  test('visitor_tabs_followTheArrows', guarded, async () => {
    const page = await people.visitor('k2');
    await page.getByRole('tab', { name: 'Service' }).focus();
    await press(page, 'ArrowRight');
    await isFocused(page.getByRole('tab', { name: 'Me', exact: true }));
    await press(page, 'Home');
    await isFocused(page.getByRole('tab', { name: 'Home' }));
    await press(page, 'ArrowLeft');

    await isFocused(page.getByRole('tab', { name: 'Me', exact: true }));
    await eventually(() => page.getByRole('tabpanel').count(), 1);
    await page.context().close();
  });

  test('picture_opensLarge_escapeReturnsToIt_aForeignOneIsAskedFor', guarded, async () => {
    const page = await people.shop('U_92', 900003);
    await sendPictures(page, { name: 'p.png', mimeType: 'image/png', buffer: png });
    const picture = page.locator('.message[data-seq] .picture');
    await picture.waitFor();
    await page.waitForFunction(() => document.querySelector('.message[data-seq] .picture img')?.src.includes('/upload/'));
    await picture.focus();
    await press(page, 'Enter');
    await page.getByRole('dialog', { name: 'Picture' }).locator('.body img').waitFor();
    await press(page, 'Escape');
    await isFocused(picture);
    const asked = [];
    page.on('request', (request) => { if (request.url().includes('tracker.example')) asked.push(request.url()); });
    const key = (await readFile(join(portico.folder, 'data', 'api-key'), 'utf8')).trim(); // users cannot send an address of another site
    await fetch(`${portico.url}/api/v1/messages`, { method: 'POST', headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' }, body: JSON.stringify({ uid: 'U_92', to: 'V_1', type: 3, content: ['http://tracker.example/p.png'], client_msg_id: 'foreign' }) });

    await page.getByRole('button', { name: 'Show the picture from tracker.example' }).waitFor();

    assert.deepEqual(asked, []);
    await page.context().close();
  });

  test('upload_isShownWhileItRuns_aFaultSaysWhy_andIsTriedAgain', guarded, async () => {
    const page = await people.shop('U_93', 900003);
    let letGo;
    const held = new Promise((resolve) => { letGo = resolve; });
    await page.route('**/api/v1/uploads', async (route) => { await held; await route.continue(); });
    await sendPictures(page, ...[1, 2].map((i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer: png })));
    await page.locator('.tick', { hasText: 'Uploading 1 of 2' }).waitFor();
    letGo();
    await page.waitForFunction(() => document.querySelectorAll('.message[data-seq] .picture').length === 2);
    await page.unroute('**/api/v1/uploads');

    await page.route('**/api/v1/uploads', (route) => route.fulfill({ status: 429, json: { detail: 'Enough.' } }));
    await sendPictures(page, { name: 'p.png', mimeType: 'image/png', buffer: png });
    await page.locator('.failed .tick[role=alert]', { hasText: 'enough pictures for today' }).waitFor();
    await page.unroute('**/api/v1/uploads');
    await page.getByRole('button', { name: 'Try again' }).focus();
    await press(page, 'Enter');
    await page.waitForFunction(() => document.querySelectorAll('.message[data-seq]').length === 2 && document.querySelectorAll('.failed').length === 0);
    await page.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });

    await page.locator('.typing', { hasText: 'Only pictures' }).waitFor();
    await page.context().close();
  });

  test('backButton_closesWhatIsOpen_aReloadOpensItAgain', guarded, async () => {
    const page = await people.merchant('V_1', { viewport: phone });
    const isThere = (count) => eventually(() => page.locator('.panel .composer').count(), count);
    await page.locator('.people .person', { hasText: 'question 7' }).click();
    await page.locator('.panel h2').waitFor();
    const name = await page.locator('.panel h2').textContent();

    await page.goBack();
    await isThere(0);
    await isFocused(page.locator('.people .person', { hasText: 'question 7' }));
    await page.goForward();
    await isThere(1);
    await page.reload();
    await isThere(1);
    assert.equal(await page.locator('.panel h2').textContent(), name);
    await page.getByRole('button', { name: 'Back' }).click();
    await isThere(0);
    await page.locator('.people .person').first().waitFor();

    const buyer = await people.page('/shop.html?as=U_98', { viewport: phone });
    await buyer.getByRole('button', { name: /^Ask the merchant/ }).first().click();
    await buyer.getByRole('button', { name: 'Close' }).click();
    await buyer.getByRole('button', { name: /^Ask the merchant/ }).nth(1).click(); // before the browser has gone back
    await buyer.locator('.drawer').waitFor();
    await buyer.goBack();
    await buyer.locator('.drawer').waitFor({ state: 'detached' });
    assert.match(buyer.url(), /shop\.html/);
    for (const one of [page, buyer]) await one.context().close();
  });

  test('upload_thePageIsLoadedAnewInTheMiddle_isStoredOnce_oneThatIsRemovedIsNot', guarded, async () => {
    const page = await people.shop('U_97', 900003);
    await page.route('**/api/v1/uploads', () => { /* no answer: a line that has died */ });
    await sendPictures(page, ...[1, 2].map((i) => ({ name: `${i}.png`, mimeType: 'image/png', buffer: png })));
    await page.locator('.tick', { hasText: 'Uploading 1 of 2' }).waitFor();
    const kept = () => page.evaluate(() => new Promise((resolve) => {
      const asked = indexedDB.open('portico');
      asked.onsuccess = () => { const rows = asked.result.transaction('parcels').objectStore('parcels').count(); rows.onsuccess = () => { asked.result.close(); resolve(rows.result); }; };
    }));
    await eventually(kept, 1);
    const second = await page.context().newPage(); // another tab keeps its hands off what this one brings
    await second.goto(page.url());
    await isOnline(second, '.drawer ');

    await page.unroute('**/api/v1/uploads');
    await page.reload();

    for (const tab of [page, second]) await tab.waitForFunction(() => document.querySelectorAll('.message').length === 1 && document.querySelectorAll('.message[data-seq] .picture').length === 2);
    await eventually(kept, 0);
    await page.route('**/api/v1/uploads', (route) => route.fulfill({ status: 400, json: { detail: 'No picture.' } }));
    await sendPictures(page, { name: 'p.png', mimeType: 'image/png', buffer: png });
    await page.getByRole('button', { name: 'Remove' }).press('Enter');
    await page.locator('.failed').waitFor({ state: 'detached' });
    await eventually(kept, 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

  test('thread_oneReadsAboveWhileMessagesCome_isToldOfThem_andGoesToTheEnd', guarded, async () => {
    for (let i = 1; i <= 30; i++) await post('U_94', 'V_1', `line ${i}`);
    const page = await people.merchant('V_1');
    await page.locator('.people .person', { hasText: 'line 30' }).click();
    await page.locator('.message').nth(29).waitFor();
    const fromEnd = () => page.locator('.scroll').evaluate((scroll) => Math.round(scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight));
    await eventually(async () => await fromEnd() <= 1, true);
    await page.locator('.scroll').evaluate((scroll) => { scroll.scrollTop = 0; });
    await page.getByRole('button', { name: 'To the newest' }).waitFor();
    await post('U_94', 'V_1', 'unseen');
    const newer = page.getByRole('button', { name: '1 new' });
    await newer.waitFor();
    await eventually(() => page.locator('.people .person[aria-current="true"] .badge').textContent(), '1'); // not read yet

    await newer.focus();
    await press(page, 'Enter');

    await eventually(async () => await fromEnd() <= 1, true);
    await page.locator('.people .person[aria-current="true"] .badge').waitFor({ state: 'hidden' });
    await isFocused(page.locator('textarea'));
    await page.context().close();
  });

  test('screenReader_hearsWhoWrote_whatIsNew_andNotTheTicks', guarded, async () => {
    const page = await people.shop('U_95', 900001);
    await say(page, 'mine');
    await shows(page, ['mine']);
    await eventually(() => page.locator('.drawer .presence').textContent(), 'Offline, leave a message'); // the merchant is not there

    const log = page.getByRole('log');
    assert.deepEqual(await log.evaluate((element) => [element.getAttribute('aria-relevant'), element.getAttribute('aria-label')]), ['additions', 'Messages']);
    assert.equal(await page.locator('.message .sr').first().textContent(), 'You');
    assert.equal(await page.locator('.status').first().getAttribute('role'), 'status');
    portico.wire.cut();
    await page.locator('.banner[role=status]', { hasText: 'No connection' }).waitFor();
    await page.getByRole('button', { name: 'Try now' }).waitFor();
    portico.wire.mend();
    await page.locator('.banner').waitFor({ state: 'hidden' });
    await page.context().close();
  });

  test('zoomAndLittleRoom_nothingIsCutOff_everyTargetIsLargeEnough', guarded, async () => {
    for (const viewport of [{ width: 640, height: 400 }, { width: 320, height: 640 }, { width: 320, height: 256 }]) {
      for (const path of ['/', '/shop.html?as=U_71', '/shop.html?as=U_71&pid=900001', '/merchant.html?as=V_1', '/agent.html?as=anna', '/visitor.html?as=k3', '/demo/chat?uid=U_71&pid=900001']) {
        const page = await people.page(path, { viewport });
        if (path !== '/') await page.locator('.status[data-state="online"]').first().waitFor({ state: 'attached' });
        if (path.startsWith('/merchant')) {
          await page.locator('.people .person').first().click();
          await page.locator('.message').first().waitFor();
        }
        const what = `${path} at ${viewport.width}x${viewport.height}`;
        assert.equal(await isWiderThanTheScreen(page), false, `${what}: wider than the screen`);
        const small = await page.evaluate(() => [...document.querySelectorAll('button, a[href], input:not([type=file]), textarea')]
          .filter((target) => target.getClientRects().length > 0 && !target.matches('.skip') && target.closest('[inert]') === null)
          .map((target) => ({ name: target.getAttribute('aria-label') ?? target.textContent, box: target.getBoundingClientRect() }))
          .filter(({ box }) => box.width < 24 || box.height < 24).map(({ name, box }) => `${name}: ${box.width}x${box.height}`));
        assert.deepEqual(small, [], what);
        const writing = page.locator('textarea');
        if (await writing.count() === 1 && await writing.isVisible()) {
          await writing.scrollIntoViewIfNeeded();
          const log = await page.getByRole('log').boundingBox();
          assert.ok(log.height >= 100, `${what}: ${log.height} pixels for the messages`);
        }
        await page.context().close();
      }
    }
  });

  test('highContrast_whatIsChosenAndWhoWroteIsStillSeen', guarded, async () => {
    const page = await people.page('/merchant.html?as=V_1', { forcedColors: 'active', reducedMotion: 'reduce', bypassCSP: true });
    await isOnline(page);
    await page.locator('.people .person').first().click();
    await page.locator('.message').first().waitFor();
    const style = (selector, name) => page.locator(selector).first().evaluate((element, property) => getComputedStyle(element)[property], name);

    assert.equal(await style('.person[aria-current="true"]', 'outlineStyle'), 'solid');
    assert.equal(await style('.bubble', 'borderTopStyle'), 'solid');
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });

  test('reducedMotion_nothingMoves', guarded, async () => {
    const page = await people.shop('U_96', 900001, { reducedMotion: 'reduce' });
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
    assert.equal(await page.locator('.drawer').evaluate((element) => getComputedStyle(element).animationName), 'none');
    await page.context().close();
  });
});
