// The queue of the customer service on the screens of those concerned: visitors who leave, by themselves or without a word.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { People, desktop, eventually, isWiderThanTheScreen, mine, phone, place, say, seriousFindings, shows, take, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 300_000 };

describe('the queue', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone('--Service:AbsentMinutes=1', '--Service:QueueCapacity=3');
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  const close = async (...pages) => {
    for (const page of pages) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  };
  const left = (agent) => agent.locator('details.left');
  const names = (agent, list) => agent.locator(`${list} .person strong`).allTextContents();
  const waitingNames = (agent) => names(agent, 'ul[aria-labelledby="waiting"]');

  test('visitorsGoWithoutAWord_areMarked_makePlace_andLeaveAfterAMinute_anAgentFindsWhatTheyWrote', guarded, async () => {
    const agent = await people.agent('anna');
    const gone = [];
    for (const openid of ['g1', 'g2', 'g3']) {
      gone.push(await people.visitor(openid));
      await say(gone.at(-1), `question of ${openid}`);
      await waiting(agent, openid).waitFor();
    }
    for (const visitor of gone) await visitor.context().close();
    await agent.locator('.person.away', { hasText: 'away' }).nth(2).waitFor();
    await eventually(() => agent.getByRole('heading', { name: /^Waiting/ }).locator('.badge').isVisible(), false);

    const visitor = await people.visitor('g4');
    await say(visitor, 'is there room for me?');
    await place(visitor, 'You are next');
    await eventually(() => waitingNames(agent), ['Visitor g4', 'Visitor g1', 'Visitor g2', 'Visitor g3']);
    await left(agent).locator('summary').waitFor({ timeout: 150_000 }); // the minute
    await eventually(() => waitingNames(agent), ['Visitor g4']);
    await eventually(() => left(agent).locator('.load').textContent(), '3');

    await left(agent).locator('summary').click();
    await eventually(async () => (await names(agent, 'details.left')).sort(), ['Visitor g1', 'Visitor g2', 'Visitor g3']);
    await eventually(() => left(agent).locator('.person', { hasText: 'g2' }).locator('small').textContent(), 'question of g2');
    await left(agent).locator('.person', { hasText: 'g2' }).click();
    await shows(agent, ['question of g2']);
    await agent.locator('.footer', { hasText: 'left before anybody answered' }).getByRole('button', { name: 'Take' }).click();
    await mine(agent, 'g2').waitFor();
    await say(agent, 'Here is your answer.');
    await shows(agent, ['question of g2', 'Here is your answer.']);
    await left(agent).locator('.person', { hasText: 'g3' }).click();
    await agent.locator('.footer').getByRole('button', { name: 'Close', exact: true }).click();
    await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await eventually(() => names(agent, 'details.left'), ['Visitor g1']);

    const back = await people.visitor('g2');
    await shows(back, ['question of g2', 'Here is your answer.']);
    await place(back, 'anna is here');
    const again = await people.visitor('g1');
    await place(again, 'no longer in the queue');
    await say(again, 'I am back');
    await place(again, 'you are number 2');
    await eventually(() => waitingNames(agent), ['Visitor g4', 'Visitor g1']);
    await left(agent).waitFor({ state: 'hidden' });
    for (const one of ['g4', 'g1', 'g2']) {
      if (one !== 'g2') await take(agent, one);
      else await mine(agent, one).click();
      await agent.getByRole('button', { name: 'Close', exact: true }).click();
      await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
      await eventually(() => mine(agent, one).count(), 0);
    }
    await close(agent, visitor, back, again);
  });

  test('visitorComesBackInTime_hasThePlaceAgain', guarded, async () => {
    const agent = await people.agent('anna');
    const first = await people.visitor('b1');
    await say(first, 'one');
    await waiting(agent, 'b1').waitFor();
    const second = await people.visitor('b2');
    await say(second, 'two');
    await place(second, 'you are number 2');
    await first.context().close();
    await place(second, 'You are next');
    await agent.locator('.person.away', { hasText: 'b1' }).waitFor();

    const back = await people.visitor('b1');
    await place(back, 'You are next');
    await place(second, 'you are number 2');
    await eventually(() => waitingNames(agent), ['Visitor b1', 'Visitor b2']);
    assert.equal(await agent.locator('.person.away').count(), 0);
    await agent.getByRole('button', { name: 'Take the next' }).click();
    await mine(agent, 'b1').waitFor();
    for (const one of ['b1', 'b2']) {
      if (one === 'b2') await take(agent, one);
      await agent.getByRole('button', { name: 'Close', exact: true }).click();
      await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
      await eventually(() => mine(agent, one).count(), 0);
    }
    await close(agent, second, back);
  });

  test('visitorLeavesTheQueue_afterBeingAsked_theAgentSeesIt', guarded, async () => {
    const agent = await people.agent('anna');
    const visitor = await people.visitor('p1', { viewport: phone });
    await say(visitor, 'never mind');
    await waiting(agent, 'p1').waitFor();
    await visitor.getByRole('button', { name: 'Leave the queue' }).click();
    await visitor.getByRole('dialog').getByRole('button', { name: 'Keep waiting' }).click();
    await place(visitor, 'You are next');
    await visitor.getByRole('button', { name: 'Leave the queue' }).click();
    await visitor.getByRole('dialog').getByRole('button', { name: 'Leave the queue' }).click();

    await place(visitor, 'no longer in the queue');
    await eventually(() => waiting(agent, 'p1').count(), 0);
    await left(agent).locator('summary').click();
    await left(agent).locator('.person', { hasText: 'p1' }).waitFor();
    await visitor.reload();
    await visitor.getByRole('tab', { name: 'Service' }).click();
    await place(visitor, 'no longer in the queue');
    await say(visitor, 'after all');
    await place(visitor, 'You are next');
    await waiting(agent, 'p1').waitFor();
    await left(agent).waitFor({ state: 'hidden' });
    await take(agent, 'p1');
    await shows(agent, ['never mind', 'after all']);
    assert.equal(await visitor.getByRole('button', { name: 'Leave the queue' }).count(), 0);
    await close(visitor, agent);
  });

  test('axe_absentAndLeftVisitors_haveNoSeriousFinding', guarded, async () => {
    for (const [kind, viewport, colorScheme, locale] of [['desktop', desktop, 'light', 'en-US'], ['phone', phone, 'dark', 'zh-CN']]) {
      const options = { viewport, colorScheme, locale, bypassCSP: true };
      const gone = await people.visitor(`x-${kind}`);
      await say(gone, 'gone');
      await place(gone, 'You are next');
      await gone.getByRole('button', { name: 'Leave the queue' }).click();
      assert.deepEqual(await seriousFindings(await people.page(`/visitor.html?as=y-${kind}`, options)), []);
      await gone.getByRole('dialog').getByRole('button', { name: 'Leave the queue' }).click();
      await place(gone, 'no longer in the queue');
      const away = await people.visitor(`z-${kind}`);
      await say(away, 'away');
      await place(away, 'You are next');
      await away.context().close();
      const agent = await people.agent('eve', options);
      await agent.locator('.person.away').waitFor();
      await left(agent).locator('summary').click();
      await left(agent).locator('.person').first().waitFor();
      assert.deepEqual(await seriousFindings(agent), [], kind);
      assert.equal(await isWiderThanTheScreen(agent), false);
      if (process.env.PORTICO_SCREENSHOTS) await agent.screenshot({ path: `${process.env.PORTICO_SCREENSHOTS}/queue-${kind}.png` });
      await close(agent);
      await gone.context().close();
    }
  });
});
