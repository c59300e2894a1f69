// "A chat on your own site in ten lines": the lines of docs/client-js.md, as they stand there, on a site of PHP's own web server.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { People, eventually, say } from './people.mjs';
import { end, freePort } from './processes.mjs';
import { blocksOf } from './snippets.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const php = ['/usr/bin/php8.2', '/usr/bin/php'].find(existsSync);
const why = await missing() ?? (php ? null : 'php is not installed');
const guarded = { timeout: 180_000 };
const root = new URL('../../../', import.meta.url);

describe('the README', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let site;
  let folder;
  let origin;
  before(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    portico = await startStandalone();
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), 'portico-site-'));
    await buildSite();
    const secret = (await readFile(join(portico.folder, 'data', 'token-secret'), 'utf8')).trim();
    site = spawn(php, ['-d', `session.save_path=${folder}`, '-S', `127.0.0.1:${port}`, '-t', join(folder, 'site')], { env: { ...process.env, TOKEN_SECRET: secret } });
    await new Promise((resolve, reject) => {
      let said = '';
      site.stderr.on('data', (bytes) => { said += bytes; if (said.includes('started')) resolve(); });
      site.once('exit', () => reject(new Error('php ended')));
    });
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
    if (site) await end(site);
    if (folder) await rm(folder, { recursive: true, force: true });
  }, guarded);

  async function buildSite() {
    const text = await readFile(new URL('docs/client-js.md', root), 'utf8');
    const block = (wanted) => blocksOf('docs/client-js.md', 'chat').find(({ language }) => language === wanted).content;
    const page = block('html').replace('wss://chat.example:8282/', `ws://127.0.0.1:${portico.wire.port}/`);
    await mkdir(join(folder, 'site', 'js'), { recursive: true });
    await writeFile(join(folder, 'site', 'index.html'), page);
    await writeFile(join(folder, 'site', 'my-token.php'), block('php'));
    await writeFile(join(folder, 'site', 'login.php'), '<?php session_start(); $_SESSION["user_id"] = (int) $_GET["id"];');
    await copyFile(new URL('web-api/wwwroot/js/portico.js', root), join(folder, 'site', 'js', 'portico.js'));
  }

  test('aChatInTenLines_withATokenFromPhp_works', guarded, async () => {
    const context = await browser.newContext();
    const own = await context.newPage();
    await own.goto(`${origin}/login.php?id=4711`);
    await own.goto(`${origin}/index.html`);
    await own.waitForFunction(() => document.title === 'online' || document.querySelector('#text').onchange);
    const write = async (text) => { await own.locator('#text').fill(text); await own.locator('#text').press('Enter'); };
    const lines = (expected) => eventually(() => own.locator('#log li').allTextContents(), expected);
    await write('is this <b>real</b>?');
    await lines(['Me: is this <b>real</b>?']);
    const seller = await new People(browser, portico).merchant('V_1');
    await seller.locator('.people .person').first().click();
    await say(seller, 'as real as the README');
    await lines(['Me: is this <b>real</b>?', 'as real as the README']);

    portico.wire.cut();
    await own.waitForFunction(() => document.title !== 'online');
    await write('while nobody hears me');
    await say(seller, 'neither do I');
    portico.wire.mend();
    await own.waitForFunction(() => document.querySelectorAll('#log li').length === 4);
    const shown = await own.locator('#log li').allTextContents();
    await own.reload();
    await lines(shown);
    assert.deepEqual([...shown].sort(), ['Me: is this <b>real</b>?', 'Me: while nobody hears me', 'as real as the README', 'neither do I'].sort());
  });

  test('myToken_withoutASignedInUser_isRefused_andNobodySpeaksAsUser0', guarded, async () => {
    const answer = await fetch(`${origin}/my-token.php`);

    assert.deepEqual([answer.status, await answer.text()], [401, '']);
  });

  test('aChatInTenLines_refused_saysWhyAndKeepsTheText', guarded, async () => {
    const context = await browser.newContext();
    const own = await context.newPage();
    const errors = [];
    own.on('pageerror', (error) => errors.push(error.message));
    await own.goto(`${origin}/login.php?id=4712`);
    await own.goto(`${origin}/index.html`);
    await own.waitForFunction(() => document.querySelector('#text').onchange);
    const long = 'x'.repeat(1_100_000); // more than a message may have
    await own.locator('#text').fill(long);
    await own.locator('#text').press('Enter');

    await own.waitForFunction(() => document.querySelector('#fault').value !== '');

    assert.equal((await own.locator('#text').inputValue()).length, long.length);
    assert.deepEqual(errors, []);
  });
});
