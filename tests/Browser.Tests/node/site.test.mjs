// The pages of a site: its own words by settings and none of the demo's; a page for people where a program gets JSON; a way to sign in.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { desktop, eventually, isWiderThanTheScreen, phone, seriousFindings } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const shots = process.env.PORTICO_SCREENSHOTS;
const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages of a site', { skip: why ?? false }, () => {
  let plain;
  let branded;
  let browser;
  before(async () => {
    plain = await startStandalone('--WebApi:Demo=false');
    branded = await startStandalone('--WebApi:Demo=false', '--WebApi:Pages:Name=Kiosk <b>', '--WebApi:Pages:Greeting=Hello from the kiosk', '--WebApi:Pages:GreetingText=We are here from nine.',
      '--WebApi:Pages:SignInUrl=/login?back={return}', '--WebApi:Pages:Faq:0:Question=Do you ship?', '--WebApi:Pages:Faq:0:Answer=Yes, <i>everywhere</i>.', '--WebApi:Pages:Faq:1:Question=How much?', '--WebApi:Pages:Faq:1:Answer=Nothing.');
    browser = await launchChromium();
  }, guarded);
  after(async () => {
    await browser?.close();
    await plain?.stop();
    await branded?.stop();
  }, guarded);

  async function open(server, path, { uid = null, role = '', seconds = 3600, ...options } = {}) {
    const context = await browser.newContext({ locale: 'en-US', viewport: desktop, ...options });
    context.setDefaultTimeout(60_000);
    if (uid) await context.addCookies([{ name: 'portico_token', value: await tokenOf(server, uid, role, seconds), url: server.url }]);
    const page = await context.newPage();
    page.faults = [];
    page.on('pageerror', (fault) => page.faults.push(String(fault)));
    await page.goto(server.url + path);
    return page;
  }

  async function tokenOf(server, sub, role, seconds) {
    const secret = (await readFile(join(server.folder, 'data', 'token-secret'), 'utf8')).trim();
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, ...(role ? { role } : {}), exp: Math.floor(Date.now() / 1000) + seconds })}`;
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
  }

  test('visitorOfASite_seesItsWords_andAnswers', guarded, async () => {
    for (const [viewport, colorScheme, kind] of [[desktop, 'light', 'desktop'], [phone, 'dark', 'phone']]) {
      const page = await open(branded, '/visitor.html', { uid: 'w1', viewport, colorScheme, bypassCSP: true });
      await page.getByRole('heading', { name: 'Hello from the kiosk' }).waitFor();
      await page.getByText('We are here from nine.').waitFor();
      assert.equal(await page.title(), 'Kiosk <b>');
      await page.getByText('Do you ship?').click();
      await page.getByText('Yes, <i>everywhere</i>.').waitFor();
      if (shots) await page.screenshot({ path: `${shots}/visitor-${kind}.png` });
      assert.deepEqual(await seriousFindings(page), []);
      assert.equal(await isWiderThanTheScreen(page), false);
      await page.getByRole('button', { name: 'Ask about this' }).first().click();
      await eventually(() => page.locator('textarea').inputValue(), 'Do you ship?');
      await page.getByRole('tab', { name: 'Home' }).click();
      await page.getByText('How much?').click();
      await page.getByRole('button', { name: 'Ask about this' }).last().click();
      await eventually(() => page.locator('textarea').inputValue(), 'Do you ship?'); // nothing piles up
      assert.doesNotMatch(await page.evaluate(() => document.body.textContent), /tea|茶/i);
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });

  test('siteWithoutWords_saysNothingOfTheDemo', guarded, async () => {
    for (const [path, uid, role, title] of [['/visitor.html', 'w1', '', 'Service'], ['/merchant.html', 'V_9', '', 'Merchant console'], ['/agent.html', 'anna', 'agent', 'Agent console']]) {
      const page = await open(plain, path, { uid, role });
      await page.locator('.status[data-state="online"]').first().waitFor({ state: 'attached' });
      await eventually(() => page.title(), title);
      assert.doesNotMatch(await page.evaluate(() => document.body.textContent), /tea|茶|Open the shop|Portico/i, path);
      if (path === '/merchant.html') await page.getByText('When a buyer writes').waitFor();
      await page.context().close();
    }
    const merchant = await open(branded, '/merchant.html', { uid: 'V_9' });
    await eventually(() => merchant.title(), 'Merchant console · Kiosk <b>');
    await merchant.context().close();
  });

  test('signedOutOrDeadLink_aPersonGetsAPage_aProgramJson', guarded, async () => {
    for (const [path, status, words] of [['/push/push/chat?pid=101', 401, /Please sign in/], ['/', 404, /does not exist/], ['/no/such/page', 404, /does not exist/], ['/shop.html', 404, /does not exist/]]) {
      const page = await fetch(plain.url + path, { headers: html });
      const text = await page.text();
      assert.deepEqual([page.status, page.headers.get('content-type')], [status, 'text/html; charset=utf-8'], path);
      assert.match(text, words);
      assert.doesNotMatch(text, /<script/i);
      assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
      const json = await fetch(plain.url + path, { headers: { Accept: 'application/json' } });
      assert.deepEqual([json.status, json.headers.get('content-type')], [status, 'application/problem+json; charset=utf-8'], path);
      assert.equal((await json.json()).status, status);
      assert.match((await fetch(plain.url + path)).headers.get('content-type'), /json/); // Accept: */*
    }
    const api = await fetch(`${plain.url}/api/v1/conversations`, { headers: html });
    assert.deepEqual([api.status, api.headers.get('content-type')], [401, 'application/problem+json; charset=utf-8']);
    const signedIn = { ...html, Cookie: `portico_token=${await tokenOf(plain, 'U_1', '', 3600)}` };
    const dead = await fetch(`${plain.url}/push/push/chat?pid=424242`, { headers: signedIn });
    assert.deepEqual([dead.status, dead.headers.get('content-type')], [404, 'text/html; charset=utf-8']);
    assert.match(await (await fetch(`${plain.url}/nothing`, { headers: { ...html, 'Accept-Language': 'zh-CN' } })).text(), /找不到页面/);
  });

  test('signIn_isLinked_onThePage_onTheGate_andInTheBanner_withTheWayBack', guarded, async () => {
    const address = `${branded.url}/push/push/chat?pid=101&x=%22%3E`;
    const link = /href="([^"]*)"[^>]*>Sign in/.exec(await (await fetch(address, { headers: html })).text())[1].replaceAll('&amp;', '&');
    assert.equal(new URL(link, branded.url).searchParams.get('back'), address);

    const gate = await open(branded, '/merchant.html');
    const target = await gate.locator('.gate').getByRole('link', { name: 'Sign in' }).getAttribute('href');
    assert.equal(new URL(target).searchParams.get('back'), `${branded.url}/merchant.html`);
    if (shots) await gate.screenshot({ path: `${shots}/gate.png` });
    await gate.context().close();

    const ended = await open(branded, '/merchant.html', { uid: 'V_9', seconds: 5 });
    await ended.locator('.sign-in').getByRole('link', { name: 'Sign in' }).waitFor();
    await ended.context().close();
    const without = await open(plain, '/merchant.html');
    await without.locator('.gate').waitFor();
    assert.equal(await without.locator('.gate a').count(), 0);
    await without.context().close();
  });
});
