// Who sits before a page in these tests, and what is seen there.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';

export const desktop = { width: 1280, height: 800 };
export const phone = { width: 360, height: 740 };

/** Opens pages of one server in one browser; every page has `faults`: errors of its scripts and what its policy has refused. */
export class People {
  constructor(browser, server) {
    this.browser = browser;
    this.server = server;
  }

  async page(path, options = {}) {
    const context = await this.browser.newContext({ locale: 'en-US', viewport: desktop, ...options });
    context.setDefaultTimeout(60_000); // a guard against hanging, no measure of speed
    const opened = await context.newPage();
    opened.faults = [];
    opened.on('pageerror', (fault) => opened.faults.push(String(fault)));
    opened.on('console', (line) => { if (line.type() === 'error' && /Content Security Policy|TrustedHTML/i.test(line.text())) opened.faults.push(line.text()); });
    await opened.goto(this.server.url + path);
    return opened;
  }

  async shop(uid, pid = 900001, options = {}) {
    const opened = await this.page(`/shop.html?as=${uid}&pid=${pid}`, options);
    await isOnline(opened, '.drawer ');
    return opened;
  }

  async merchant(uid, options = {}) {
    const opened = await this.page(`/merchant.html?as=${uid}`, options);
    await isOnline(opened);
    return opened;
  }

  async agent(name, options = {}) {
    const opened = await this.page(`/agent.html?as=${name}`, options);
    await isOnline(opened);
    return opened;
  }

  async visitor(openid, options = {}) {
    const opened = await this.page(`/visitor.html?as=${openid}`, options);
    await opened.locator('.status[data-state="online"]').waitFor({ state: 'attached' });
    await opened.getByRole('tab', { name: /Service|客服/ }).click();
    return opened;
  }
}

export const isOnline = (opened, within = '') => opened.locator(`${within}.status[data-state="online"]`).first().waitFor({ state: 'attached' });

export async function say(opened, text) {
  await opened.locator('textarea').first().fill(text);
  await opened.locator('textarea').first().press('Enter');
}

/** Chooses pictures, which wait above the line, and sends them. */
export async function sendPictures(opened, ...files) {
  await opened.locator('input[type=file]').first().setInputFiles(files);
  await opened.locator('.tray li').nth(files.length - 1).waitFor();
  await opened.locator('.composer').getByRole('button', { name: /^(Send|发送)$/ }).click();
}

/** Takes an own message back, and says yes when asked. */
export async function takeBack(opened, message) {
  await message.hover();
  await message.getByRole('button', { name: 'Take back' }).click();
  await opened.locator('dialog').getByRole('button', { name: 'Take back' }).click();
}

export const bubbles = (opened) => opened.locator('.message .bubble').allTextContents();

/** Reads again until it is what is expected: what a page shows follows what the server tells it, and nobody says how fast. A minute is a guard, no measure. */
export async function eventually(read, expected) {
  const end = Date.now() + 60_000;
  let actual = await read();
  while (!isDeepStrictEqual(actual, expected) && Date.now() < end) {
    await setTimeout(50);
    actual = await read();
  }
  assert.deepEqual(actual, expected);
}

/** All messages that are there, each sent or stored, are those expected, in this order. */
export const shows = (opened, expected) => eventually(async () => [await opened.locator('.message[data-seq]').count(), await bubbles(opened)], [expected.length, expected]);

// The customer service: the lists of an agent's page, and the line that tells a visitor where he is.
export const waiting = (agent, openid) => agent.locator('ul[aria-labelledby="waiting"] .person', { hasText: openid });
export const mine = (agent, openid) => agent.locator('ul[aria-labelledby="mine"] .person', { hasText: openid });
export const place = (visitor, text) => visitor.locator('.place', { hasText: text }).waitFor();

export async function take(agent, openid) {
  await agent.getByRole('button', { name: `Take: Visitor ${openid}` }).click();
  await mine(agent, openid).waitFor();
  await agent.locator('.composer').waitFor();
}

/** What axe finds serious, each with the element it means. */
export async function seriousFindings(opened) {
  await opened.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await opened.evaluate(() => window.axe.run());
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0].html} ${nodes[0].any?.[0]?.message ?? ''}`);
}

export const isWiderThanTheScreen = (opened) => opened.evaluate(() => document.documentElement.scrollWidth > innerWidth);
