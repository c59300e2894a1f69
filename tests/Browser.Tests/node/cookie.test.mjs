// The pages as a shop runs them: no demo, everybody known by the cookie that the shop's own site sets.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { desktop, eventually, isOnline, mine, place, say, sendPictures, shows, take, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('pages by the cookie alone', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let shop;
  let secret;
  before(async () => {
    portico = await startStandalone('--WebApi:Demo=false', '--Service:LeaseSeconds=300');
    secret = (await readFile(join(portico.folder, 'data', 'token-secret'), 'utf8')).trim();
    const key = (await readFile(join(portico.folder, 'data', 'api-key'), 'utf8')).trim();
    const answer = await fetch(`${portico.url}/api/v1/products/101`, { method: 'PUT', headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' }, body: JSON.stringify({ merchant_uid: 'V_2', title: 'Gold card', image: '/img/cup.svg', url: '/p/101' }) });
    assert.equal(answer.status, 200);
    shop = await startShop();
    browser = await launchChromium();
  }, guarded);
  after(async () => {
    await browser?.close();
    shop?.close();
    await portico?.stop();
  }, guarded);

  // The shop's site: whoever logs in gets the cookie.
  async function startShop() {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const server = createServer((request, response) => {
      if (!request.url.startsWith('/login')) {
        response.writeHead(404).end(); // the browser asks for an icon, too
        return;
      }
      const { uid, seconds, role } = Object.fromEntries(new URL(request.url, 'http://shop').searchParams);
      const body = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: uid, exp: Math.floor(Date.now() / 1000) + Number(seconds), ...(role ? { role } : {}) })}`;
      response.setHeader('Set-Cookie', `portico_token=${body}.${createHmac('sha256', secret).update(body).digest('base64url')}; HttpOnly; SameSite=Lax; Path=/`);
      response.end('Welcome');
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return { url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
  }

  async function browserOf(uid, seconds = 3600, role = '') {
    const context = await browser.newContext({ locale: 'en-US', viewport: desktop });
    context.setDefaultTimeout(60_000);
    if (uid) await signIn(context, uid, seconds, role);
    return context;
  }

  async function signIn(context, uid, seconds = 3600, role = '') {
    const tab = await context.newPage();
    await tab.goto(`${shop.url}/login?uid=${uid}&seconds=${seconds}&role=${role}`);
    await tab.close();
  }

  async function open(context, path) {
    const page = await context.newPage();
    page.faults = [];
    page.sockets = 0;
    page.on('pageerror', (fault) => page.faults.push(String(fault)));
    page.on('websocket', () => { page.sockets++; });
    await page.goto(portico.url + path);
    return page;
  }

  const chat = '/push/push/chat?pid=101';

  test('buyerAndMerchant_talk_andNoTokenIsWithinReachOfScript', guarded, async () => {
    const buyer = await open(await browserOf('U_51'), chat);
    await isOnline(buyer);
    await say(buyer, 'by the cookie');
    const seller = await open(await browserOf('V_2'), '/merchant.html');
    await seller.locator('.people .person').first().click();
    await say(seller, 'welcome');
    await shows(buyer, ['by the cookie', 'welcome']);
    await sendPictures(buyer, { name: 'p.png', mimeType: 'image/png', buffer: png });
    await seller.waitForFunction(() => document.querySelector('.bubble img')?.naturalWidth === 1);
    await buyer.getByRole('button', { name: 'Send card' }).click();
    await seller.locator('.bubble .card', { hasText: 'Gold card' }).waitFor();

    for (const page of [buyer, seller]) {
      const reach = await page.evaluate(() => [document.documentElement.outerHTML, document.cookie, location.href, JSON.stringify(localStorage), JSON.stringify(sessionStorage)].join('\n'));
      assert.equal(reach.includes('eyJ'), false, 'a token is within reach');
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  });

  test('visitorAndAgent_talk', guarded, async () => {
    const visitor = await open(await browserOf('o51'), '/visitor.html');
    await visitor.getByRole('tab', { name: 'Service' }).click();
    await say(visitor, 'anybody?');
    const agent = await open(await browserOf('anna', 3600, 'agent'), '/agent.html');
    await waiting(agent, 'o51').waitFor();
    await take(agent, 'o51');
    await place(visitor, 'anna is here');
    await say(agent, 'yes');
    await shows(visitor, ['anybody?', 'yes']);
    await agent.getByRole('button', { name: 'Close', exact: true }).click();
    await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await place(visitor, 'closed');
    await eventually(() => mine(agent, 'o51').count(), 0);

    assert.equal(await agent.locator('.me > :last-child').textContent(), 'anna');
    assert.deepEqual([...visitor.faults, ...agent.faults], []);
    for (const page of [visitor, agent]) await page.context().close();
  });

  for (const [path, uid, role] of [['/merchant.html', 'V_2', ''], ['/agent.html', 'anna', 'agent'], ['/visitor.html', 'o52', '']]) {
    test(`withoutACookie_${path.slice(1, -5)}_asksToSignIn_andGoesOnByItself`, guarded, async () => {
      const context = await browserOf(null);
      const page = await open(context, path);
      await page.locator('.gate', { hasText: 'Please sign in' }).waitFor();
      assert.equal(page.sockets, 0);

      await signIn(context, uid, 3600, role);
      await page.getByRole('button', { name: 'Try again' }).click({ timeout: 1000 }).catch(() => { /* it went on by itself */ });

      await page.locator('.status[data-state="online"]').first().waitFor({ state: 'attached' });
      assert.equal(await page.locator('.gate').count(), 0);
      assert.deepEqual(page.faults, []);
      await context.close();
    });
  }

  test('tokenEnds_theShopHasRenewedTheCookie_theConnectionStays', guarded, async () => {
    const context = await browserOf('U_53', 64); // the server asks 60 s before the end
    const tokens = [];
    context.on('response', (response) => { if (response.url().endsWith('/api/v1/token')) tokens.push(response.status()); });
    const page = await open(context, chat);
    await isOnline(page);
    await signIn(context, 'U_53');

    await eventually(() => tokens.length, 2);
    await say(page, 'still here');
    await page.locator('.tick', { hasText: 'Sent' }).waitFor();

    assert.deepEqual([tokens, page.sockets], [[200, 200], 1]);
    await context.close();
  });

  test('tokenEnds_nobodyRenewsTheCookie_asksToSignIn_nothingWrittenIsLost', guarded, async () => {
    const context = await browserOf('U_54', 20);
    const page = await open(context, chat);
    await isOnline(page);
    await say(page, 'before');
    await shows(page, ['before']);
    await page.locator('.sign-in').waitFor();
    await say(page, 'while signed out');
    await page.locator('textarea').fill('a draft');
    await page.locator('.tick', { hasText: 'Waiting' }).waitFor();

    await signIn(context, 'U_54');

    await shows(page, ['before', 'while signed out']);
    await page.locator('.sign-in').waitFor({ state: 'detached' });
    assert.equal(await page.locator('textarea').inputValue(), 'a draft');
    assert.deepEqual(page.faults, []);
    await context.close();
  });

  test('anotherUserSignsIn_whatTheFirstWroteIsNotSentInHisName', guarded, async () => {
    const context = await browserOf('U_55');
    const page = await open(context, chat);
    await isOnline(page);
    await say(page, 'by 55');
    await shows(page, ['by 55']);
    portico.wire.cut();
    await page.locator('.banner').waitFor();
    await say(page, 'secret of 55');
    await page.locator('textarea').fill('draft of 55');

    const again = page.waitForEvent('framenavigated'); // the page may ask for a token, and learn whose it is, at any moment from here
    await signIn(context, 'U_56');
    portico.wire.mend();
    await again;

    await isOnline(page);
    await say(page, 'by 56');
    await shows(page, ['by 56']);
    assert.equal(await page.locator('textarea').inputValue(), '');
    await signIn(context, 'U_55');
    await page.reload();
    await shows(page, ['by 55', 'secret of 55']); // his own, when he is back
    await context.close();
  });
});
