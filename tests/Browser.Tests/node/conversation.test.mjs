// The line to write in, the messages and the pictures of a conversation, on the screens of both sides.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { People, bubbles, desktop, eventually, isOnline, isWiderThanTheScreen, phone, say, sendPictures, seriousFindings, shows, takeBack } from './people.mjs';
import { launchChromium, missing, startStandalone } from './standalone.mjs';

const why = await missing();
const guarded = { timeout: 180_000 };
const shots = process.env.PORTICO_SCREENSHOTS;
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const picture = (name = 'p.png') => ({ name, mimeType: 'image/png', buffer: png });

describe('conversation', { skip: why ?? false }, () => {
  let portico;
  let browser;
  let people;
  before(async () => {
    portico = await startStandalone();
    browser = await launchChromium();
    people = new People(browser, portico);
  }, guarded);
  after(async () => {
    await browser?.close();
    await portico?.stop();
  }, guarded);

  /** A paste or drop as the browser makes it, with texts by type and pictures by name; what the browser itself does with text is done as well. */
  const bring = (page, kind, onto, { texts = {}, files = [] }) => page.locator(onto).evaluate((target, { kind, texts, files, png }) => {
    const data = new DataTransfer();
    for (const [type, text] of Object.entries(texts)) data.setData(type, text);
    for (const [name, type] of files) data.items.add(new File([Uint8Array.from(atob(png), (c) => c.charCodeAt(0))], name, { type }));
    const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    const isLeftToTheBrowser = target.dispatchEvent(event);
    if (isLeftToTheBrowser && kind === 'paste') document.execCommand('insertText', false, texts['text/plain'] ?? '');
    return isLeftToTheBrowser;
  }, { kind, texts, files, png: png.toString('base64') });
  const tray = (page) => page.locator('.tray li').count();
  const line = (page) => page.locator('textarea').first().inputValue();

  test('pasteFromAnOfficeProgram_bringsTheText_andNoPicture', guarded, async () => {
    const buyer = await people.shop('U_201');
    await buyer.locator('textarea').focus();
    await bring(buyer, 'paste', 'textarea', { texts: { 'text/plain': 'A1\tB1\n', 'text/html': '<table>…' }, files: [['image.png', 'image/png']] });

    await eventually(() => line(buyer), 'A1\tB1\n');
    assert.equal(await tray(buyer), 0);
    assert.equal(await buyer.locator('.message').count(), 0);
    await buyer.context().close();
  });

  test('pastedDroppedAndChosenPictures_waitAboveTheLine_areRemovedOrSent', guarded, async () => {
    const buyer = await people.shop('U_202');
    const seller = await people.merchant('V_1');
    await buyer.locator('textarea').focus();
    await bring(buyer, 'paste', 'textarea', { texts: { 'text/html': '<img>' }, files: [['shot.png', 'image/png']] });
    await eventually(() => tray(buyer), 1);
    await bring(buyer, 'drop', '.thread', { files: [['dropped.png', 'image/png']] });
    await eventually(() => tray(buyer), 2);
    await bring(buyer, 'paste', 'textarea', { texts: { 'text/plain': 'file.png' }, files: [['file.png', 'image/png']] }); // a file and its name
    await eventually(() => tray(buyer), 3);
    await buyer.locator('input[type=file]').setInputFiles(picture('chosen.png'));
    await eventually(() => tray(buyer), 4);
    assert.equal(await buyer.locator('.message').count(), 0);
    if (shots) await buyer.screenshot({ path: `${shots}/tray.png` });

    await buyer.getByRole('button', { name: 'Remove dropped.png' }).click();
    await eventually(() => tray(buyer), 3);
    await buyer.locator('textarea').fill('these three');
    await buyer.locator('textarea').press('Enter');
    await eventually(() => tray(buyer), 0);
    await eventually(() => buyer.locator('.message[data-seq] .picture').count(), 3);
    await seller.locator('.people .person').first().click();
    await eventually(() => seller.locator('.message .picture').count(), 3);
    await eventually(async () => (await bubbles(seller)).includes('these three'), true);
    assert.deepEqual([...buyer.faults, ...seller.faults], []);
    for (const page of [buyer, seller]) await page.context().close();
  });

  test('moreThanNinePictures_theTenthIsNotTaken_heicIsExplained', guarded, async () => {
    const buyer = await people.shop('U_203');
    await buyer.locator('input[type=file]').setInputFiles(Array.from({ length: 7 }, (_, at) => picture(`${at}.png`)));
    await buyer.locator('input[type=file]').setInputFiles(Array.from({ length: 3 }, (_, at) => picture(`b${at}.png`)));
    await buyer.locator('.typing', { hasText: 'At most 9' }).waitFor();
    await eventually(() => tray(buyer), 9);
    await buyer.locator('input[type=file]').setInputFiles({ name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer: png });
    await buyer.locator('.typing', { hasText: 'HEIC' }).waitFor();
    await eventually(() => tray(buyer), 9);
    await buyer.context().close();
  });

  test('textIsDroppedOntoTheMessages_goesIntoTheLine_atTheCaret', guarded, async () => {
    const buyer = await people.shop('U_204');
    await buyer.locator('textarea').fill('before after');
    await buyer.locator('textarea').evaluate((input) => input.setSelectionRange(6, 6));
    const isLeft = await bring(buyer, 'drop', '.thread', { texts: { 'text/plain': 'dropped' } });

    await eventually(() => line(buyer), 'before dropped after');
    assert.equal(isLeft, false);
    assert.equal(await bring(buyer, 'drop', 'textarea', { texts: { 'text/plain': 'x' } }), true, 'into the line the browser drops it itself');
    await buyer.context().close();
  });

  test('textThatIsTooLong_isKeptWhole_andSaysSo_untilItFits', guarded, async () => {
    const buyer = await people.shop('U_205');
    await buyer.locator('textarea').fill('x'.repeat(25_000));
    await buyer.locator('.limit', { hasText: '5000 characters too many' }).waitFor();
    await buyer.locator('textarea').press('Enter');
    assert.equal((await line(buyer)).length, 25_000);
    assert.equal(await buyer.locator('.composer .primary').isDisabled(), true);
    await buyer.locator('textarea').fill('y'.repeat(20_000));
    await buyer.locator('.limit').waitFor({ state: 'hidden' });
    await buyer.locator('textarea').press('Enter');
    await eventually(async () => (await bubbles(buyer)).map((text) => text.length), [20_000]);
    await buyer.context().close();
  });

  test('takingBack_asksFirst_andGivesTheTextBackToEdit', guarded, async () => {
    const buyer = await people.shop('U_206', 900001, { viewport: phone });
    const seller = await people.merchant('V_1');
    await say(buyer, 'three minutes of work');
    await seller.locator('.people .person', { hasText: 'three minutes' }).click();
    await shows(seller, ['three minutes of work']);
    const own = buyer.locator('.message.own').first();
    await own.getByRole('button', { name: 'Take back' }).click();
    await buyer.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await shows(buyer, ['three minutes of work']);

    await takeBack(buyer, own);
    await shows(seller, ['Message taken back']);
    await eventually(() => seller.locator('.people .person small').first().textContent(), 'Message taken back');
    await buyer.locator('.message.recalled', { hasText: 'You took back a message' }).getByRole('button', { name: 'Edit again' }).click();
    await eventually(() => line(buyer), 'three minutes of work');
    assert.equal(await seller.getByRole('button', { name: 'Edit again' }).count(), 0);
    if (shots) await buyer.screenshot({ path: `${shots}/recall-phone.png` });
    for (const page of [buyer, seller]) await page.context().close();
  });

  test('liveMessages_haveNoTimeLineBetweenThem_andLookTheSameAfterAReload', guarded, async () => {
    const buyer = await people.shop('U_207');
    await say(buyer, 'one');
    await shows(buyer, ['one']);
    await buyer.evaluate(() => { const now = Date.now.bind(Date); Date.now = () => now() + 60_000; }); // the page's clock a minute later
    await say(buyer, 'two');
    await shows(buyer, ['one', 'two']);
    const lines = () => buyer.locator('.line').allTextContents();
    const live = await lines();
    assert.equal(live.length, 1);
    assert.match(live[0], /^\d\d:\d\d$/);
    await buyer.reload();
    await shows(buyer, ['one', 'two']);
    assert.deepEqual(await lines(), live);
    await buyer.context().close();
  });

  for (const [kind, viewport] of [['desktop', desktop], ['phone', phone]]) {
    test(`pictures_${kind}_areLookedThrough_byKeysButtonsAndSwipe`, guarded, async () => {
      const uid = kind === 'phone' ? 'U_208' : 'U_209';
      const buyer = await people.shop(uid, 900001, { viewport, bypassCSP: true });
      await sendPictures(buyer, picture('1.png'), picture('2.png'));
      await eventually(() => buyer.locator('.message[data-seq] .picture').count(), 2);
      await sendPictures(buyer, picture('3.png'));
      await eventually(() => buyer.locator('.message[data-seq] .picture').count(), 3);
      const sources = await buyer.locator('.message .picture img').evaluateAll((all) => all.map((one) => one.src));
      await buyer.locator('.message .picture').nth(1).click();
      const viewer = buyer.locator('dialog.viewer');
      const shown = () => viewer.locator('img').getAttribute('src');
      await eventually(shown, sources[1]);
      assert.ok((await viewer.boundingBox()).height > viewport.height * .9);
      await viewer.getByRole('button', { name: 'Next picture' }).click();
      await eventually(shown, sources[2]);
      assert.equal(await viewer.getByRole('button', { name: 'Next picture' }).isDisabled(), true);
      await buyer.keyboard.press('ArrowLeft');
      await eventually(shown, sources[1]);
      const stage = viewer.locator('.stage-of-picture');
      const { x, y, width } = await stage.boundingBox();
      for (const [type, at] of [['pointerdown', .2], ['pointerup', .8]]) await stage.dispatchEvent(type, { clientX: x + width * at, clientY: y + 10, isPrimary: true, pointerType: 'touch' });
      await eventually(shown, sources[0]);
      await viewer.locator('img').click();
      assert.equal(await stage.evaluate((one) => one.classList.contains('zoomed')), true);
      assert.equal(await viewer.getByRole('link', { name: 'Save' }).getAttribute('href'), sources[0]);
      assert.deepEqual(await seriousFindings(buyer), []);
      assert.equal(await isWiderThanTheScreen(buyer), false);
      if (shots) await buyer.screenshot({ path: `${shots}/viewer-${kind}.png` });
      await buyer.keyboard.press('Escape');
      await viewer.waitFor({ state: 'detached' });
      await buyer.context().close();
    });
  }

  test('pictureThatTheServerRefuses_canBeRemoved_butNotTriedAgain', guarded, async () => {
    const buyer = await people.shop('U_210');
    await sendPictures(buyer, { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
    await buyer.locator('.failed .tick[role=alert]').waitFor();
    assert.equal(await buyer.locator('.failed').getByRole('button', { name: 'Try again' }).count(), 0);
    await buyer.locator('.failed').getByRole('button', { name: 'Remove' }).click();
    await buyer.locator('.failed').waitFor({ state: 'detached' });
    await buyer.context().close();
  });

  test('buyersHeader_saysOneThing_andTheTickSaysSent', guarded, async () => {
    const buyer = await people.shop('U_211', 900004);
    await eventually(() => buyer.locator('.drawer .presence').textContent(), 'Offline, leave a message');
    assert.equal(await buyer.locator('.drawer .status').isVisible(), false);
    await say(buyer, 'is anybody there?');
    await buyer.locator('.message.own .tick', { hasText: 'Sent' }).waitFor();
    portico.wire.cut();
    await buyer.locator('.drawer .status').waitFor(); // there is something to say now
    portico.wire.mend();
    await isOnline(buyer, '.drawer ');
    await eventually(() => buyer.locator('.drawer .status').isVisible(), false);
    await buyer.context().close();
  });

  test('agentAtCapacity_cannotTakeTheNext_toastsDoNotCoverTheLine', guarded, async () => {
    const agent = await people.agent('cap');
    await agent.locator('.stepper output:not(:text("–"))').waitFor();
    while (await agent.locator('.stepper output').textContent() !== '1') {
      const now = await agent.locator('.stepper output').textContent();
      await agent.getByRole('button', { name: 'Fewer' }).click();
      await eventually(async () => (await agent.locator('.stepper output').textContent()) !== now, true);
    }
    const [one, two] = [await people.visitor('cap1'), await people.visitor('cap2')];
    await say(one, 'one');
    await say(two, 'two');
    await agent.getByRole('button', { name: 'Take the next' }).click();
    await agent.locator('.composer').waitFor();
    await eventually(() => agent.getByRole('button', { name: 'Take the next' }).isDisabled(), true);
    await agent.locator('ul[aria-labelledby="waiting"]').getByRole('button', { name: /^Take: / }).click();
    const toast = await agent.locator('.toast').boundingBox();
    const composer = await agent.locator('.composer').boundingBox();
    assert.ok(toast.y + toast.height < composer.y, 'the toast lies on the line');
    await agent.locator('ul[aria-labelledby="waiting"]').getByRole('button', { name: /^Take: / }).click();
    await eventually(() => agent.locator('.toast').count(), 1);
    if (shots) await agent.screenshot({ path: `${shots}/toast.png` });
    await agent.locator('.toast').click();
    await agent.locator('.toast').waitFor({ state: 'detached' });
    await agent.getByRole('button', { name: 'Fewer' }).click();
    await eventually(() => agent.getByRole('heading', { name: /My conversations/ }).textContent(), 'My conversations1, taking no more');
    for (const page of [agent, one, two]) await page.context().close();
  });
});
