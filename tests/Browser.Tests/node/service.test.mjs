// The customer service: a visitor and two agents, before a real standalone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { People, desktop, eventually, isOnline, isWiderThanTheScreen, mine, phone, place, say, sendPictures, seriousFindings, shows, take, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };

describe('customer service in Chromium', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone('--Service:LeaseSeconds=12', '--Service:Canned:0:Title=Greeting', '--Service:Canned:0:Text=Good day. How can I help?', '--Service:Canned:1:Title=Returns', '--Service:Canned:1:Text=Within 14 days <free>.');
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  const leave = async (...all) => { for (const opened of all) await opened.context().close(); };

  async function finish(agent, visitor) {
    await agent.getByRole('button', { name: 'Close', exact: true }).click();
    await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await place(visitor, 'closed');
  }

  test('visitorIsClaimed_talks_isClosed_andRates', guarded, async () => {
    const visitor = await people.visitor('v1');
    const agent = await people.agent('anna');
    await say(visitor, '你好 👋 where is my order?');
    await place(visitor, 'You are next');
    await waiting(agent, 'v1').waitFor();
    await waiting(agent, 'v1').click();
    await shows(agent, ['你好 👋 where is my order?']);
    assert.equal(await agent.locator('.composer').isVisible(), false, 'nobody writes before he has taken it');

    await agent.getByRole('button', { name: 'Take the next' }).click();
    await mine(agent, 'v1').waitFor();
    await place(visitor, 'anna is here');
    await visitor.locator('.message.own .tick[data-read]').waitFor();
    await agent.getByRole('button', { name: 'Canned answers' }).click();
    await agent.getByRole('searchbox').fill('ret');
    await agent.getByRole('dialog').getByRole('button', { name: 'Returns' }).click();
    await eventually(() => agent.locator('textarea').inputValue(), 'Within 14 days <free>.');
    await agent.locator('textarea').press('Enter');
    await shows(visitor, ['你好 👋 where is my order?', 'Within 14 days <free>.']);
    await agent.locator('.message.own .tick[data-read]').waitFor();

    await finish(agent, visitor);
    await visitor.locator('.stars input').nth(4).check();
    await visitor.locator('.rating textarea').fill('quick <b>');
    await visitor.getByRole('button', { name: 'Send rating' }).click();
    await place(visitor, 'Thank you');
    await agent.locator('.message, .notice', { hasText: 'Rated 5 of 5 · quick <b>' }).waitFor();
    await eventually(() => mine(agent, 'v1').count(), 0);
    assert.deepEqual([...visitor.faults, ...agent.faults], []);
    await leave(visitor, agent);
  });

  test('agentVanishes_theOtherTakesOver_everyMessageOnceInOrder', guarded, async () => {
    const visitor = await people.visitor('v2');
    const first = await people.agent('anna');
    const second = await people.agent('ben');
    await say(visitor, 'one');
    await waiting(first, 'v2').waitFor();
    await take(first, 'v2');
    await say(first, 'two');
    await shows(visitor, ['one', 'two']);
    await eventually(() => waiting(second, 'v2').count(), 0);

    await first.context().close();
    await waiting(second, 'v2').waitFor();
    await place(visitor, 'You are next');
    await say(visitor, 'three');
    await take(second, 'v2');
    await place(visitor, 'ben is here');
    await say(second, 'four');

    for (const opened of [visitor, second]) await shows(opened, ['one', 'two', 'three', 'four']);
    await finish(second, visitor);
    assert.deepEqual([...visitor.faults, ...second.faults], []);
    await leave(visitor, second);
  });

  test('picture_reachesTheAgent', guarded, async () => {
    const visitor = await people.visitor('v3');
    const agent = await people.agent('anna');
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    await sendPictures(visitor, { name: 'p.png', mimeType: 'image/png', buffer: png });
    await waiting(agent, 'v3').waitFor();
    await take(agent, 'v3');
    await agent.waitForFunction(() => document.querySelector('.bubble img')?.naturalWidth === 1);

    await finish(agent, visitor);
    await leave(visitor, agent);
  });

  test('transfer_goesToTheNamedAgent_andBackToTheQueue', guarded, async () => {
    const visitor = await people.visitor('v4');
    const first = await people.agent('anna');
    const second = await people.agent('ben');
    await say(visitor, 'please somebody who knows tea');
    await waiting(first, 'v4').waitFor();
    await take(first, 'v4');

    await first.getByRole('button', { name: 'Transfer' }).click();
    await first.getByRole('dialog').getByRole('button', { name: 'ben' }).click();
    await place(visitor, 'ben is here');
    await mine(second, 'v4').click();
    await shows(second, ['please somebody who knows tea']);
    await first.locator('.footer', { hasText: 'not with you' }).waitFor();
    await second.getByRole('button', { name: 'Transfer' }).click();
    await second.getByRole('dialog').getByRole('button', { name: 'Back to the head' }).click();
    await waiting(first, 'v4').waitFor();
    await place(visitor, 'You are next');

    await take(second, 'v4');
    await finish(second, visitor);
    await leave(visitor, first, second);
  });

  test('badge_countsWhatIsUnread_untilItIsSeen', guarded, async () => {
    const visitor = await people.visitor('v5');
    const agent = await people.agent('anna');
    await say(visitor, 'hello?');
    await waiting(agent, 'v5').waitFor();
    await take(agent, 'v5');
    await visitor.getByRole('tab', { name: 'Home' }).click();
    await say(agent, 'hello!');
    await say(agent, 'still there?');

    await visitor.locator('.tabs .badge', { hasText: '2' }).waitFor();
    await visitor.reload();
    await visitor.locator('.tabs .badge', { hasText: '2' }).waitFor(); // from the first moment on
    await visitor.getByRole('tab', { name: /Service/ }).click();
    await visitor.locator('.tabs .badge').waitFor({ state: 'hidden' });
    await agent.locator('.message.own .tick[data-read]').nth(1).waitFor();

    await finish(agent, visitor);
    await leave(visitor, agent);
  });

  test('capacity_isKept_andTypingIsShown', guarded, async () => {
    const agent = await people.agent('carla');
    const [one, two] = [await people.visitor('v6'), await people.visitor('v7')];
    await say(one, 'first');
    await waiting(agent, 'v6').waitFor();
    await say(two, 'second');
    await place(two, 'you are number 2');
    await agent.locator('.stepper output:not(:text("–"))').waitFor();
    // A queue told just before may still show the capacity of then: so by what is shown, not by counting clicks.
    while (await agent.locator('.stepper output').textContent() !== '1') {
      await agent.getByRole('button', { name: 'Fewer' }).click();
      await setTimeout(300);
    }
    await take(agent, 'v6');
    await place(two, 'You are next');
    // What is shown for a moment only is waited for from before.
    const told = agent.locator('.toast', { hasText: 'as many conversations' }).waitFor();
    await agent.getByRole('button', { name: 'Take: Visitor v7' }).click();
    await told;
    const typing = agent.locator('.typing', { hasText: 'typing' }).waitFor();
    await one.locator('textarea').first().pressSequentially('hm');
    await typing;

    await finish(agent, one);
    await take(agent, 'v7');
    await finish(agent, two);
    await leave(agent, one, two);
  });

  test('hostileTexts_areShownAsText', guarded, async () => {
    const hostile = ['<img src=x onerror="window.hit=1">', '<script>window.hit=1</script>', '"><svg onload=window.hit=1>', '&lt;b&gt; {{7*7}} ${7*7}', 'javascript:window.hit=1'];
    const visitor = await people.visitor('v8');
    const agent = await people.agent('<img/src=x/onerror=window.hit=1>');
    for (const text of hostile) await say(visitor, text);
    await waiting(agent, 'v8').waitFor();
    await take(agent, 'v8');
    await shows(agent, hostile);
    for (const text of hostile) await say(agent, text);
    await shows(visitor, [...hostile, ...hostile]);
    await finish(agent, visitor);

    for (const opened of [visitor, agent]) {
      assert.equal(await opened.evaluate(() => window.hit), undefined);
      assert.equal(await opened.locator('.bubble *').count(), 0);
      assert.equal(await opened.evaluate(() => document.documentElement.outerHTML.includes('eyJ')), false, 'a token stands in the page');
      assert.deepEqual(opened.faults, []);
    }
    await leave(visitor, agent);
  });

  test('axe_agentAndVisitor_haveNoSeriousFinding', guarded, async () => {
    const waitingOne = await people.visitor('v9');
    await say(waitingOne, 'waiting for somebody');
    await place(waitingOne, 'You are next');
    for (const [kind, colorScheme, viewport, locale] of [['desktop', 'light', desktop, 'en-US'], ['desktop', 'dark', desktop, 'zh-CN'], ['phone', 'light', phone, 'zh-CN'], ['phone', 'dark', phone, 'en-US']]) {
      const options = { colorScheme, viewport, locale, bypassCSP: true };
      const agent = await people.page('/agent.html?as=dora', options);
      await isOnline(agent);
      await agent.locator('.people .person').first().waitFor();
      const check = async (opened, what) => {
        assert.deepEqual(await seriousFindings(opened), [], `${what} ${kind} ${colorScheme}`);
        assert.equal(await isWiderThanTheScreen(opened), false, `${what} ${kind}: wider than the screen`);
      };
      await check(agent, 'agent');
      await agent.locator('.people .person').first().click();
      await agent.locator('.footer button').waitFor();
      await check(agent, 'agent with a conversation');
      const visitor = await people.page(`/visitor.html?as=v-${kind}-${colorScheme}`, options);
      for (const tab of [0, 1, 2]) {
        await visitor.getByRole('tab').nth(tab).click();
        await check(visitor, `visitor's view ${tab}`);
      }
      await leave(agent, visitor);
    }
    await leave(waitingOne);
  });
});
