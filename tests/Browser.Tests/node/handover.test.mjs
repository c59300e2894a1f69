// An agent who gets a conversation sees all of it: by transfer, from the queue, and after a colleague vanished; in the thread and in the list.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { People, eventually, mine, place, say, shows, take, takeBack, waiting } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const said = ['Question one', 'Answer A', 'Answer B', 'Question two, order 8847', 'I pass you on'];

describe('an agent who gets a conversation', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone('--Service:LeaseSeconds=6');
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  const preview = (person) => person.locator('.who small').textContent();
  const badge = (person) => person.locator('.badge').evaluate((one) => (one.hidden ? 0 : Number(one.textContent)));

  /** A visitor and an agent have talked; the other agent, who was there all the time, has seen the first question alone. */
  async function story(openid, isOpen) {
    const visitor = await people.visitor(openid);
    const first = await people.agent('anna');
    const second = await people.agent('ben');
    await say(visitor, said[0]);
    await waiting(second, openid).waitFor();
    await eventually(() => preview(waiting(second, openid)), said[0]);
    if (isOpen) {
      await waiting(second, openid).click();
      await shows(second, said.slice(0, 1));
    }
    await take(first, openid);
    await say(first, said[1]);
    await say(first, said[2]);
    await shows(visitor, said.slice(0, 3));
    await say(visitor, said[3]);
    await shows(first, said.slice(0, 4));
    await say(first, said[4]);
    await shows(visitor, said);
    await first.locator('.message.own .tick[data-read]').nth(2).waitFor();
    await eventually(() => waiting(second, openid).count(), 0);
    return { visitor, first, second };
  }

  async function end(agent, visitor, ...others) {
    await agent.getByRole('button', { name: 'Close', exact: true }).click();
    await agent.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
    await place(visitor, 'closed');
    for (const page of [agent, visitor, ...others]) {
      assert.deepEqual(page.faults, []);
      await page.context().close();
    }
  }

  const transfer = async (agent, to) => {
    await agent.getByRole('button', { name: 'Transfer' }).click();
    await agent.getByRole('dialog').getByRole('button', { name: to }).click();
  };

  for (const isOpen of [false, true]) {
    const kind = isOpen ? 'conversationIsOpen' : 'conversationIsNotOpen';

    test(`transfer_${kind}_receiverSeesAllOfIt`, guarded, async () => {
      const openid = 't' + Number(isOpen);
      const { visitor, first, second } = await story(openid, isOpen);
      await transfer(first, 'ben');
      await mine(second, openid).waitFor();
      await eventually(() => preview(mine(second, openid)), said[4]);
      await eventually(() => badge(mine(second, openid)), 0); // the colleague has read it
      if (!isOpen) await mine(second, openid).click();

      await shows(second, said);
      assert.equal(await second.locator('.message .author', { hasText: 'anna' }).count(), 3);
      await say(visitor, 'and now?');
      await say(second, 'here I am');
      for (const page of [second, visitor]) await shows(page, [...said, 'and now?', 'here I am']);
      await end(second, visitor, first);
    });

    test(`backToTheQueue_${kind}_whoTakesItSeesAllOfIt_andBeforeInTheList`, guarded, async () => {
      const openid = 'q' + Number(isOpen);
      const { visitor, first, second } = await story(openid, isOpen);
      await transfer(first, 'Back to the head');
      await waiting(second, openid).waitFor();
      await eventually(() => preview(waiting(second, openid)), said[4]);
      if (isOpen) await shows(second, said);
      await say(visitor, 'still there?');
      await eventually(() => preview(waiting(second, openid)), 'still there?');
      await take(second, openid);

      await shows(second, [...said, 'still there?']);
      await end(second, visitor, first);
    });

    test(`colleagueVanishes_${kind}_whoTakesItSeesAllOfIt`, guarded, async () => {
      const openid = 'l' + Number(isOpen);
      const { visitor, first, second } = await story(openid, isOpen);
      await first.context().close();
      await waiting(second, openid).waitFor();
      await eventually(() => preview(waiting(second, openid)), said[4]);
      await take(second, openid);

      await shows(second, said);
      await end(second, visitor);
    });
  }

  test('messageIsTakenBackWhileAColleagueHasIt_receiverDoesNotSeeIt', guarded, async () => {
    const { visitor, first, second } = await story('r1', true);
    await takeBack(visitor, visitor.locator('.message.own').first());
    await visitor.locator('.message.recalled').waitFor();
    await transfer(first, 'ben');
    await mine(second, 'r1').waitFor();

    await shows(second, ['Message taken back', ...said.slice(1)]);
    await end(second, visitor, first);
  });

  test('lastMessageIsTakenBack_theListsShowItNoMore', guarded, async () => {
    const visitor = await people.visitor('r2');
    const agent = await people.agent('anna');
    await say(visitor, 'a secret');
    await waiting(agent, 'r2').waitFor();
    await eventually(() => preview(waiting(agent, 'r2')), 'a secret');
    await takeBack(visitor, visitor.locator('.message.own').first());

    await eventually(() => preview(waiting(agent, 'r2')), 'Message taken back');
    await take(agent, 'r2');
    await end(agent, visitor);
  });

  test('twoWindowsOfTheReceiver_bothShowAllOfIt', guarded, async () => {
    const { visitor, first, second } = await story('w1', false);
    const window = await people.agent('ben');
    await transfer(first, 'ben');
    for (const page of [second, window]) {
      await mine(page, 'w1').click();
      await shows(page, said);
    }
    await end(second, visitor, first, window);
  });
});
