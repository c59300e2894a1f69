// What keeps a page its owner's: headers, names that are markup, frames, pictures that are pages, tokens where nobody should find them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { People, bubbles, eventually, isOnline, place, say, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const markup = '<img/src=x/onerror=window.hit=1>';
const title = '"><script>window.hit=1</script><img src=x onerror=window.hit=1> \' &lt;b&gt;';

describe('safety', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  let key;
  before(async () => {
    portico = await startStandalone('--Service:Canned:0:Title=' + markup, '--Service:Canned:0:Text=' + title);
    key = (await readFile(join(portico.folder, 'data', 'api-key'), 'utf8')).trim();
    browser = await launchChromium();
    people = new People(browser, portico);
    await product(501, { title, image: 'javascript:window.hit=1', url: 'javascript:window.hit=1' });
    await product(502, { title: '</title></head>' + title, image: '"onerror="window.hit=1', url: '"onmouseover="window.hit=1' });
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  async function product(id, fields) {
    const answer = await fetch(`${portico.url}/api/v1/products/${id}`, { method: 'PUT', headers: { 'X-Api-Key': key, 'Content-Type': 'application/json' }, body: JSON.stringify({ merchant_uid: 'V_5', ...fields }) });
    assert.equal(answer.status, 200);
  }

  const tokenOf = async (uid) => (await (await fetch(`${portico.url}/demo/token?uid=${encodeURIComponent(uid)}`)).json()).token;
  const isHarmless = async (page) => {
    assert.equal(await page.evaluate(() => window.hit), undefined);
    assert.equal(await page.evaluate(() => [...document.querySelectorAll('*')].some((element) => [...element.attributes].some(({ name, value }) => name.startsWith('on') || (['href', 'src', 'action'].includes(name) && /^\s*javascript:/i.test(value))))), false, 'markup has become an attribute');
    assert.equal(await page.locator('body script').count(), 0);
  };

  test('pages_haveAPolicyThatAllowsNothingElse_andNothingInline', guarded, async () => {
    const cookie = `portico_token=${await tokenOf('U_5')}`;
    for (const path of ['/', '/shop.html', '/merchant.html', '/agent.html', '/visitor.html', '/admin.html', '/push/push/chat?pid=900001']) {
      const answer = await fetch(portico.url + path, { headers: { Cookie: cookie } });
      const html = await answer.text();
      const policy = Object.fromEntries(answer.headers.get('content-security-policy').split(';').map((line) => line.trim().split(' ')).map(([name, ...values]) => [name, values.join(' ')]));

      assert.equal(answer.status, 200, path);
      assert.deepEqual(
        [policy['default-src'], policy['script-src'], policy['style-src'], policy['base-uri'], policy['form-action'], policy['frame-ancestors'], policy['require-trusted-types-for'], policy['trusted-types']],
        ["'none'", "'self'", "'self'", "'none'", "'none'", "'none'", "'script'", "'none'"], path);
      assert.equal(policy['connect-src'], `'self' ws://127.0.0.1:${portico.wire.port}`, path);
      assert.deepEqual(['x-frame-options', 'x-content-type-options', 'referrer-policy', 'cross-origin-opener-policy'].map((name) => answer.headers.get(name)), ['DENY', 'nosniff', 'no-referrer', 'same-origin'], path);
      assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)|<style|\sstyle=|<[^>]*\son\w+=/i, path);
      assert.equal(html.includes('eyJ'), false, path);
    }
  });

  test('markupFromScript_isRefusedByTrustedTypes', guarded, async () => {
    const page = await people.page('/merchant.html?as=V_5');
    await isOnline(page);

    const fault = await page.evaluate(() => { try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); return ''; } catch (thrown) { return thrown.name; } });

    assert.equal(fault, 'TypeError');
    await page.context().close();
  });

  test('pages_inAForeignFrame_areNotShown', guarded, async () => {
    const foreign = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(`<iframe src="${portico.url}/merchant.html?as=V_5"></iframe>`));
    await new Promise((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    try {
      const page = await (await browser.newContext()).newPage();
      const refused = page.waitForEvent('console', (line) => /frame-ancestors|X-Frame-Options|Refused to display/i.test(line.text()));
      await page.goto(`http://127.0.0.1:${foreign.address().port}/`);
      await refused;

      assert.equal(await page.frames()[1].locator('.bar').count(), 0);
      await page.context().close();
    } finally {
      foreign.closeAllConnections();
      foreign.close();
    }
  });

  test('productThatIsMarkup_isTextOnEveryPage_withScriptAndWithout', guarded, async () => {
    for (const pid of [501, 502]) {
      const buyer = await people.page(`/demo/chat?uid=U_6&pid=${pid}`);
      await isOnline(buyer);
      await buyer.getByRole('button', { name: 'Send card' }).click();
      await buyer.locator('.message[data-seq] .card').last().waitFor();
      await eventually(() => buyer.locator('.context strong').textContent(), pid === 501 ? title : '</title></head>' + title);
      await buyer.reload();
      await buyer.locator('.message[data-seq] .card').last().waitFor();
      await isHarmless(buyer);
      await buyer.context().close();
      const reader = await people.page(`/demo/chat?uid=U_6&pid=${pid}`, { javaScriptEnabled: false });
      assert.match(await reader.locator('#history').textContent(), /window\.hit=1/);
      assert.equal(await reader.locator('#history script, #history [onerror], #history [onmouseover]').count(), 0);
      assert.equal(await reader.title(), pid === 501 ? title : '</title></head>' + title);
      await reader.context().close();
    }

    const seller = await people.merchant('V_5');
    await seller.locator('.people .person').first().click();
    await seller.locator('.bubble .card').nth(1).waitFor();
    assert.deepEqual((await bubbles(seller)).map((text) => text.includes('window.hit')), [true, true]);
    assert.equal(await seller.locator('.bubble .card').first().getAttribute('href'), `${portico.url}/merchant.html?as=V_5#`.replace(/.*#/, '#'));
    await isHarmless(seller);
    await seller.context().close();
  });

  test('openidNamesAndCannedAnswersThatAreMarkup_areText', guarded, async () => {
    const visitor = await people.visitor(encodeURIComponent(markup));
    await say(visitor, 'hello');
    const agent = await people.agent(encodeURIComponent('"><b>' + markup));
    await waiting(agent, '…').first().waitFor(); // shortened in the list
    await agent.getByRole('button', { name: 'Take the next' }).click();
    await agent.locator('.composer').waitFor();
    await agent.getByRole('button', { name: 'Canned answers' }).click();
    await agent.getByRole('dialog').getByRole('button', { name: markup }).click();
    await agent.locator('textarea').press('Enter');
    await eventually(() => bubbles(visitor), ['hello', title]);
    await place(visitor, '"><b>' + markup);
    await agent.getByRole('button', { name: 'Close', exact: true }).click();
    assert.match(await agent.getByRole('dialog').getAttribute('aria-label'), /Close the conversation/);
    await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await place(visitor, 'closed');

    for (const page of [visitor, agent]) {
      await isHarmless(page);
      await page.context().close();
    }
  });

  test('uploads_thatAreNoPictures_areRefused_pictureIsServedAsNothingElse', guarded, async () => {
    const headers = { Authorization: 'Bearer ' + await tokenOf('U_7') };
    const send = (body, type) => fetch(`${portico.url}/api/v1/uploads`, { method: 'POST', headers: { ...headers, 'Content-Type': type }, body });
    for (const [body, type] of [['<script>window.hit=1</script>', 'image/png'], ['<svg xmlns="http://www.w3.org/2000/svg" onload="window.hit=1"/>', 'image/svg+xml'], ['GIF89a<script>window.hit=1</script>', 'image/gif'], ['<html></html>', 'text/html']]) {
      assert.ok([400, 415].includes((await send(body, type)).status), type);
    }
    const png = Buffer.concat([Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64'), Buffer.from('<script>window.hit=1</script>')]);
    const stored = await send(png, 'image/png');
    const { path } = await stored.json();
    if (stored.status !== 200) return; // refused is as good

    const served = await fetch(portico.url + path);
    assert.deepEqual([served.headers.get('content-type'), served.headers.get('x-content-type-options'), served.headers.get('content-security-policy')], ['image/png', 'nosniff', "default-src 'none'; sandbox"]);
  });

  test('tokensAndKeys_standInNoLog', guarded, async () => {
    const page = await people.shop('U_8');
    await say(page, 'nobody writes this down');
    await page.locator('.tick', { hasText: 'Sent' }).waitFor();
    await fetch(`${portico.url}/api/v1/messages?with=V_1`, { headers: { Authorization: 'Bearer eyJ.nonsense.token' } });
    await page.context().close();

    const printed = portico.printed();
    assert.match(printed, /Portico is ready/);
    for (const secret of ['eyJ', key, 'nobody writes this down']) assert.equal(printed.includes(secret), false, 'a secret is printed');
  });
});
