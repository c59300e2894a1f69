// The administrator's page, before a real standalone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { People, desktop, isWiderThanTheScreen, phone, place, say, seriousFindings } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };

describe('administration in Chromium', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  let key;
  before(async () => {
    portico = await startStandalone();
    key = (await readFile(join(portico.folder, 'data', 'api-key'), 'utf8')).trim();
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  async function enter(opened, text) {
    await opened.locator('#key').fill(text);
    await opened.locator('#key').press('Enter');
  }

  test('key_isAskedForAndKeptOutOfThePage', guarded, async () => {
    const admin = await people.page('/admin.html');
    await enter(admin, 'a guess');
    await admin.locator('.fault', { hasText: 'not right' }).waitFor();
    await enter(admin, key);
    await admin.locator('table').first().waitFor();

    assert.equal(await admin.evaluate((secret) => document.documentElement.outerHTML.includes(secret) || JSON.stringify({ ...localStorage, ...sessionStorage }).includes(secret), key), false);
    assert.deepEqual(admin.faults, []);
    await admin.reload();
    await admin.locator('#key').waitFor();
    await admin.context().close();
  });

  test('gatewaysQueueAndPresence_areShownAsTheyChange', guarded, async () => {
    const admin = await people.page('/admin.html');
    await enter(admin, key);
    const row = (text) => admin.locator('tbody tr', { hasText: text });
    await row('127.0.0.1:').waitFor();
    const buyer = await people.shop('U_61');
    const visitor = await people.visitor('v61');
    await say(visitor, 'anybody there?');
    await place(visitor, 'You are next');

    await row('v61').waitFor();
    await row('127.0.0.1:').locator('td', { hasText: /^2$/ }).first().waitFor();
    for (const [name, said] of [['U_61', 'U_61 is online (Shop)'], ['v61', 'v61 is online (Visitor)'], ['U_62', 'U_62 is not online']]) {
      await admin.locator('#uid').fill(name);
      await admin.locator('#uid').press('Enter');
      await admin.locator('output', { hasText: said }).waitFor();
    }

    const agent = await people.agent('<b>eve</b>');
    await agent.getByRole('button', { name: 'Take the next' }).click();
    await row('v61').locator('td', { hasText: '<b>eve</b>' }).waitFor();
    portico.wire.cut();
    await row('127.0.0.1:').locator('td', { hasText: /^0$/ }).first().waitFor();
    portico.wire.mend();
    assert.deepEqual(admin.faults, []);
    for (const opened of [admin, buyer, visitor, agent]) await opened.context().close();
  });

  test('axe_admin_hasNoSeriousFinding', guarded, async () => {
    for (const [kind, colorScheme, viewport, locale] of [['desktop', 'light', desktop, 'en-US'], ['desktop', 'dark', desktop, 'zh-CN'], ['phone', 'light', phone, 'zh-CN'], ['phone', 'dark', phone, 'en-US']]) {
      const admin = await people.page('/admin.html', { colorScheme, viewport, locale, bypassCSP: true });
      assert.deepEqual(await seriousFindings(admin), [], `key ${kind} ${colorScheme}`);
      await enter(admin, key);
      await admin.locator('table').first().waitFor();
      assert.deepEqual(await seriousFindings(admin), [], `${kind} ${colorScheme}`);
      assert.equal(await isWiderThanTheScreen(admin), false, `${kind}: wider than the screen`);
      await admin.context().close();
    }
  });
});
