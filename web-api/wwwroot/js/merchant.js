import { Inbox } from './inbox.js';
import { openedStep } from './opened.js';
import { openSession } from './session.js';
import { Thread } from './thread.js';
import { arrange, avatar, el, emptyState, header, icon, iconButton, oneStop, presenceOf, setText, shortTime, showUnread, statusOf, t } from './ui.js';

document.title = t('merchant');
const { client, uid, isDemo, titled } = await openSession('V_1');
const rows = new Map(); // conversation -> what stands in the list for it
const nameOf = (conversation) => t('buyer', '#' + conversation);
let open = null; // { conversation, thread, presence }
const step = openedStep((conversation) => { if (inbox.all.has(conversation)) choose(conversation); else showNobody(); });

const list = el('ul', { class: 'people', 'aria-label': t('conversations'), 'aria-describedby': 'list-hint' });
const settle = oneStop(list, '.person');
const empty = emptyState('chat', t('none'), t(isDemo ? 'noneHint' : 'noneMerchant'));
const noMatch = el('p', { class: 'none', role: 'status', hidden: true }, t('noMatch'));
empty.hidden = true;
const search = el('input', { type: 'search', 'aria-label': t('search'), placeholder: t('search'), oninput: () => render() });
const panel = el('div', { class: 'panel', id: 'content', tabindex: '-1' }, emptyState('chat', t('choose'), t('chooseHint')));
const consoleElement = el('main', { class: 'console' },
  el('aside', { 'aria-label': t('conversations') }, el('div', { class: 'search' }, icon('search'), search), el('div', { class: 'lists' }, el('p', { class: 'sr', id: 'list-hint' }, t('listHint')), empty, noMatch, list)), panel);
document.body.classList.add('fill');
document.body.append(header(t('merchant'), { who: uid, status: statusOf(client), home: isDemo }), consoleElement);

const inbox = new Inbox(client, changed);

function changed() {
  render();
  if (open === null && inbox.all.has(step.value)) choose(step.value); // as before a reload
}

function rowOf({ conversation, peer }) {
  let row = rows.get(conversation);
  if (!row) {
    const name = nameOf(conversation);
    const text = el('small');
    const badge = el('span', { class: 'badge', role: 'img' });
    const time = el('time');
    const button = el('button', { type: 'button', class: 'person', onclick: () => choose(conversation) }, avatar('#' + conversation, peer), el('span', { class: 'who' }, el('strong', {}, name), text), el('span', { class: 'side' }, time, badge));
    row = { name, item: el('li', {}, button), button, text, badge, time };
    rows.set(conversation, row);
  }
  return row;
}

function render() {
  const wanted = search.value.trim().toLowerCase();
  const shown = [...inbox.all.values()].filter((entry) => !wanted || `${nameOf(entry.conversation)} ${entry.text}`.toLowerCase().includes(wanted)).sort((a, b) => b.at - a.at);
  for (const entry of shown) {
    const { text, time, badge, button } = rowOf(entry);
    setText(text, entry.text || ' ');
    setText(time, shortTime(entry.at));
    showUnread(badge, entry.unread);
    button.setAttribute('aria-current', String(open?.conversation === entry.conversation));
  }
  arrange(list, shown.map((entry) => rowOf(entry).item));
  settle();
  empty.hidden = inbox.all.size > 0;
  noMatch.hidden = inbox.all.size === 0 || shown.length > 0;
  document.title = `${inbox.unread ? `(${inbox.unread}) ` : ''}${titled(t('merchant'))}`;
}

function choose(conversation) {
  leave();
  step.set(conversation);
  const person = inbox.all.get(conversation);
  const name = nameOf(conversation);
  const thread = new Thread(client, { peer: person.peer, conversation, peerRead: person.peerRead, who: uid, name });
  const presence = presenceOf(client, person.peer);
  open = { conversation, thread, presence };
  const back = iconButton('back', t('back'), () => { showNobody(); step.set(null); });
  panel.replaceChildren(el('div', { class: 'bar' }, el('span', { class: 'only-phone' }, back), avatar('#' + conversation, person.peer), el('div', { class: 'who' }, el('h2', {}, name), presence.element)), thread.element);
  consoleElement.dataset.open = '';
  thread.focus();
  render();
}

function showNobody() {
  const button = rows.get(open?.conversation)?.button;
  delete consoleElement.dataset.open;
  panel.replaceChildren(emptyState('chat', t('choose'), t('chooseHint')));
  leave();
  render();
  button?.focus();
}

function leave() {
  open?.thread.close();
  open?.presence.close();
  open = null;
}
