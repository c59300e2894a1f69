import { openedStep } from './opened.js';
import { openSession } from './session.js';
import { Thread } from './thread.js';
import { arrange, avatar, el, emptyState, header, icon, iconButton, oneStop, presenceOf, setText, shortTime, showUnread, statusOf, summaryOf, t } from './ui.js';

document.title = t('merchant') + ' · Portico';
const { client, uid, isDemo } = await openSession('V_1');
const people = new Map(); // conversation -> { name, peer, unread, at, text, button }
let open = null; // { conversation, thread, presence }
let isDue = false;
const step = openedStep((conversation) => { if (people.has(conversation)) choose(conversation); else showNobody(); });

const list = el('ul', { class: 'people', 'aria-label': t('conversations'), 'aria-describedby': 'list-hint' });
const settle = oneStop(list, '.person');
const empty = emptyState('chat', t('none'), t('noneHint'));
const noMatch = el('p', { class: 'none', role: 'status', hidden: true }, t('noMatch'));
empty.hidden = true;
const search = el('input', { type: 'search', 'aria-label': t('search'), placeholder: t('search'), oninput: () => render() });
const panel = el('div', { class: 'panel', id: 'content', tabindex: '-1' }, emptyState('chat', t('choose'), t('chooseHint')));
const consoleElement = el('main', { class: 'console' },
  el('aside', { 'aria-label': t('conversations') }, el('div', { class: 'search' }, icon('search'), search), el('div', { class: 'lists' }, el('p', { class: 'sr', id: 'list-hint' }, t('listHint')), empty, noMatch, list)), panel);
document.body.classList.add('fill');
document.body.append(header(t('merchant'), { who: uid, status: statusOf(client), home: isDemo }), consoleElement);

client.on('message', (message) => {
  const person = know(message.conversation, message.peer);
  Object.assign(person, { at: message.at, text: summaryOf(message), last: message.seq });
  if (!message.own && message.seq > person.read) person.unread++;
  renderSoon();
});
client.on('read', (read) => {
  const person = people.get(read.conversation);
  if (!person) return;
  if (read.own) {
    person.unread = read.unread ?? 0;
    person.read = Math.max(person.read, read.seq);
  } else {
    person.peerRead = Math.max(person.peerRead, read.seq);
  }
  render();
});
client.on('recall', ({ conversation, seq }) => {
  const person = people.get(conversation);
  if (person?.last !== seq) return;
  person.text = t('recalled');
  renderSoon();
});
client.on('conversation', (told) => { const person = know(told.conversation, told.peer); person.peerRead = Math.max(person.peerRead, told.peerRead ?? 0); });
client.on('state', ({ state }) => { if (state === 'online') loadAll(); });
if (client.state === 'online') loadAll();

async function loadAll() {
  try {
    await load();
  } catch {
    return; // the next connection asks again
  }
  if (open === null && people.has(step.value)) choose(step.value);
}

async function load() {
  for (let offset = 0; ; offset += 100) {
    const page = await client.conversations({ limit: 100, offset });
    for (const row of page.conversations) {
      const person = know(row.conversation, row.peer);
      if (row.last && row.last_at >= person.at) Object.assign(person, { text: summaryOf(row.last), last: row.last.seq });
      Object.assign(person, { unread: row.unread, at: Math.max(person.at, row.last_at), read: row.read, peerRead: Math.max(person.peerRead, row.peer_read) });
    }
    render();
    if (!page.more || offset > 2000) return;
  }
}

function know(conversation, peer) {
  let person = people.get(conversation);
  if (!person) {
    const name = t('buyer', '#' + conversation);
    const text = el('small');
    const badge = el('span', { class: 'badge', role: 'img' });
    const time = el('time');
    const button = el('button', { type: 'button', class: 'person', onclick: () => choose(conversation) }, avatar('#' + conversation, peer), el('span', { class: 'who' }, el('strong', {}, name), text), el('span', { class: 'side' }, time, badge));
    person = { name, peer, unread: 0, at: 0, last: 0, read: 0, peerRead: 0, text: '', item: el('li', {}, button), button, parts: { text, badge, time } };
    people.set(conversation, person);
  }
  return person;
}

// Once for all that comes together, as after a lost connection.
function renderSoon() {
  if (isDue) return;
  isDue = true;
  queueMicrotask(render);
}

function render() {
  isDue = false;
  const wanted = search.value.trim().toLowerCase();
  const shown = [...people].filter(([, person]) => !wanted || `${person.name} ${person.text}`.toLowerCase().includes(wanted)).sort(([, a], [, b]) => b.at - a.at);
  for (const [conversation, person] of shown) {
    const { text, time, badge } = person.parts;
    setText(text, person.text || ' ');
    setText(time, shortTime(person.at));
    showUnread(badge, person.unread);
    person.button.setAttribute('aria-current', String(open?.conversation === conversation));
  }
  arrange(list, shown.map(([, person]) => person.item));
  settle();
  empty.hidden = people.size > 0;
  noMatch.hidden = people.size === 0 || shown.length > 0;
  const unread = [...people.values()].reduce((sum, person) => sum + person.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ''}${t('merchant')} · Portico`;
}

function choose(conversation) {
  leave();
  step.set(conversation);
  const person = people.get(conversation);
  const thread = new Thread(client, { peer: person.peer, conversation, peerRead: person.peerRead, who: uid, name: person.name });
  const presence = presenceOf(client, person.peer);
  open = { conversation, thread, presence };
  const back = iconButton('back', t('back'), () => { showNobody(); step.set(null); });
  panel.replaceChildren(el('div', { class: 'bar' }, el('span', { class: 'only-phone' }, back), avatar('#' + conversation, person.peer), el('div', { class: 'who' }, el('h2', {}, person.name), presence.element)), thread.element);
  consoleElement.dataset.open = '';
  thread.focus();
  render();
}

function showNobody() {
  const button = people.get(open?.conversation)?.button;
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
