// The agent console: who waits, whom one takes care of, and the conversation.
import { openedStep } from './opened.js';
import { openSession } from './session.js';
import { Thread } from './thread.js';
import { arrange, avatar, duration, el, emptyState, faultText, header, icon, iconButton, oneStop, openDialog, setText, shortTime, showUnread, statusOf, summaryOf, t, toast } from './ui.js';

document.title = t('agent');
const { client, uid, isDemo, titled } = await openSession('agent_1', { module: 'service', role: 'agent' });
const people = new Map(); // openid -> what is known of a visitor
const asked = new Set(); // openids whose last message was fetched
let queue = { waiting: [], mine: [], agents: [], length: 0, absent: 0, left: 0, capacity: null };
let left = []; // who left unanswered, as far as the list of them is open
let ahead = 0; // the server's clock before this one's
let open = null; // { person, thread, actions }
const step = openedStep((openid) => { if (people.has(openid)) choose(people.get(openid)); else leave(); });

// ---- the page

const mineList = el('ul', { class: 'people', 'aria-labelledby': 'mine', 'aria-describedby': 'list-hint' });
const waitingList = el('ul', { class: 'people', 'aria-labelledby': 'waiting', 'aria-describedby': 'list-hint' });
const leftList = el('ul', { class: 'people', 'aria-label': t('left') });
const settle = [mineList, waitingList, leftList].map((list) => oneStop(list, '.person'));
const noMine = el('p', { class: 'none' }, t('noMine'));
const noWaiting = el('p', { class: 'none' }, t('queueEmpty'));
const rest = el('p', { class: 'none', hidden: true });
const leftCount = el('span', { class: 'load' });
const leftSection = el('details', { class: 'left', hidden: true, ontoggle: () => { if (leftSection.open) loadLeft(); } }, el('summary', {}, el('span', {}, t('left')), leftCount), leftList);
const load = el('span', { class: 'load' });
const length = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
const told = el('span', { class: 'sr', role: 'status' });
const capacity = el('output', { 'aria-live': 'polite' }, '–');
const next = el('button', { type: 'button', class: 'primary', onclick: () => claim(null) }, t('claimNext'));
const panel = el('div', { class: 'panel', id: 'content', tabindex: '-1' });
const consoleElement = el('main', { class: 'console' },
  el('aside', { 'aria-label': t('conversations') },
    el('div', { class: 'desk' }, next,
      el('div', { class: 'row' }, el('span', { id: 'capacity' }, t('capacity')),
        el('span', { class: 'stepper', role: 'group', 'aria-labelledby': 'capacity' }, iconButton('minus', t('less'), () => setCapacity(-1)), capacity, iconButton('plus', t('more'), () => setCapacity(1))))),
    el('div', { class: 'lists' }, el('p', { class: 'sr', id: 'list-hint' }, t('listHint')), told,
      el('h2', {}, el('span', { id: 'mine' }, t('mine')), load), noMine, mineList,
      el('h2', {}, el('span', { id: 'waiting' }, t('queue')), length), noWaiting, waitingList, rest, leftSection)), panel);
document.body.classList.add('fill');
document.body.append(header(t('agent'), { who: uid, status: statusOf(client), home: isDemo }), consoleElement);
showNobody();
render();
setInterval(showTimes, 1000);

// ---- what the server tells

client.on('queue', (frame) => {
  if (!Array.isArray(frame.waiting)) return;
  ahead = frame.now ? frame.now - Date.now() : ahead;
  const self = frame.agents?.find((agent) => agent.name === (client.uid ?? uid));
  const wasLeft = queue.left;
  queue = { agents: [], absent: 0, left: 0, ...frame, capacity: self?.capacity ?? null, mine: frame.mine ?? [], length: frame.length ?? frame.waiting.length };
  for (const person of people.values()) person.place = null;
  placeAll('left', left);
  placeAll('waiting', queue.waiting);
  placeAll('mine', queue.mine);
  if (leftSection.open && queue.left !== wasLeft) loadLeft();
  render();
  summarise();
  const wanted = people.get(step.value);
  if (open === null && wanted?.place) choose(wanted); // as before a reload
});
function placeAll(place, entries) {
  for (const entry of entries) {
    const { openid, since, unread = 0, away = null, left: leftAt = null, conversation } = entry;
    Object.assign(know(openid), { place, since, unread, away, leftAt, ...(conversation ? { conversation } : {}) });
  }
}

// Visitors who went before anybody answered: what they wrote is kept.
async function loadLeft() {
  try {
    left = (await client.request('left')).cases ?? [];
  } catch (fault) {
    tell(fault);
    return;
  }
  placeAll('left', left.filter(({ openid }) => [null, 'left'].includes(know(openid).place)));
  render();
  summarise();
}

client.on('claim', (frame) => { // unasked: somebody transferred it
  toast(t('gotTransfer', nameOf(frame.openid)));
  know(frame.openid).conversation = frame.conversation;
});
client.on('rated', (frame) => {
  const text = t('rated', frame.score) + (frame.text ? ` · ${frame.text}` : '');
  toast(`${nameOf(frame.openid)}: ${text}`);
  if (open?.person.openid === frame.openid) open.thread.note(text);
});
client.on('conversation', (told) => {
  const person = know(told.peer);
  Object.assign(person, { conversation: told.conversation, peerRead: Math.max(person.peerRead, told.peerRead ?? 0), read: Math.max(person.read, told.read ?? 0) });
});
client.on('message', (message) => {
  const person = know(message.peer);
  Object.assign(person, { conversation: message.conversation, last: message.seq, text: summaryOf(message), at: message.at });
  const isSeen = open?.person === person && person.place === 'mine' && document.visibilityState === 'visible';
  if (message.ours) person.read = Math.max(person.read, message.seq); // who answers has read
  else if (!isSeen && message.seq > person.read) person.unread++;
  render();
});
client.on('recall', ({ conversation, seq }) => {
  const person = [...people.values()].find((one) => one.conversation === conversation);
  if (person?.last !== seq) return;
  person.text = t('recalled');
  render();
});
client.on('read', (read) => {
  const person = [...people.values()].find((one) => one.conversation === read.conversation);
  if (!person) return;
  if (!read.own) person.peerRead = Math.max(person.peerRead, read.seq);
  else person.read = Math.max(person.read, read.seq);
  if (read.own && read.unread !== undefined) person.unread = read.unread;
  render();
});

function know(openid) {
  let person = people.get(openid);
  if (person) return person;
  const name = nameOf(openid);
  const text = el('small');
  const time = el('span');
  const badge = el('span', { class: 'badge', role: 'img' });
  const button = el('button', { type: 'button', class: 'person', title: openid, onclick: () => choose(person) }, avatar(openid), el('span', { class: 'who' }, el('strong', {}, name), text), el('span', { class: 'side' }, time, badge));
  const take = el('button', { type: 'button', class: 'small', 'aria-label': `${t('claim')}: ${name}`, onclick: () => claim(openid) }, t('claim'));
  person = { openid, name, conversation: null, place: null, since: 0, away: null, leftAt: null, unread: 0, at: 0, last: 0, read: 0, text: '', peerRead: 0, button, take, item: el('li', {}, button, take), parts: { text, time, badge } };
  people.set(openid, person);
  return person;
}

const nameOf = (openid) => t('visitorName', openid.length > 14 ? '…' + openid.slice(-6) : openid);

// What a visitor wrote last, for those who were there before this page.
async function summarise() {
  for (const entry of [...queue.mine, ...queue.waiting, ...left].slice(0, 40)) {
    const person = know(entry.openid);
    if (asked.has(entry.openid) || person.text) continue;
    asked.add(entry.openid);
    try {
      const { messages } = await client.history(entry.openid, { conversation: person.conversation, limit: 1 });
      if (messages.length > 0 && !person.text) Object.assign(person, { text: summaryOf(messages.at(-1)), at: messages.at(-1).at, last: messages.at(-1).seq });
      render();
    } catch {
      asked.delete(entry.openid); // with the next queue
    }
  }
}

// ---- showing it

function render() {
  const mine = queue.mine.map((entry) => know(entry.openid)).sort((a, b) => b.at - a.at);
  const waiting = queue.waiting.map((entry) => know(entry.openid));
  const gone = left.map((entry) => know(entry.openid)).filter((person) => person.place === 'left');
  for (const person of [...mine, ...waiting, ...gone]) {
    setText(person.parts.text, person.text || ' ');
    showUnread(person.parts.badge, person.unread);
    person.button.setAttribute('aria-current', String(open?.person === person));
    person.take.hidden = person.place === 'mine';
    person.button.classList.toggle('away', person.place === 'waiting' && person.away !== null);
  }
  arrange(mineList, mine.map((person) => person.item));
  arrange(waitingList, waiting.map((person) => person.item));
  arrange(leftList, gone.map((person) => person.item));
  leftSection.hidden = queue.left === 0;
  setText(leftCount, String(queue.left));
  rest.hidden = waiting.length >= queue.length;
  setText(rest, t('moreWait', queue.length - waiting.length));
  settle.forEach((action) => action());
  noMine.hidden = mine.length > 0;
  noWaiting.hidden = waiting.length > 0;
  const isFull = queue.capacity !== null && mine.length >= queue.capacity;
  next.disabled = queue.length === 0 || isFull;
  next.title = isFull ? t('atCapacity') : '';
  const there = queue.length - queue.absent;
  length.textContent = String(there);
  length.hidden = there === 0;
  const waits = there > 0 ? t('whoWaits', there) : '';
  if (told.textContent !== waits) told.textContent = waits;
  load.textContent = queue.capacity === null ? '' : mine.length > queue.capacity || queue.capacity === 0 ? t('noMore', mine.length) : t('load', mine.length, queue.capacity);
  capacity.textContent = queue.capacity === null ? '–' : String(queue.capacity);
  const unread = mine.reduce((sum, person) => sum + person.unread, 0) + there;
  document.title = `${unread ? `(${unread}) ` : ''}${titled(t('agent'))}`;
  showTimes();
  if (open) showPlace();
}

function showTimes() {
  const now = Date.now() + ahead;
  for (const person of people.values()) {
    const isAway = person.place === 'waiting' && person.away !== null;
    const text = isAway ? t('awayFor', duration(now - person.away)) : person.place === 'waiting' && person.since ? duration(now - person.since) : shortTime(person.place === 'left' ? person.leftAt : person.at);
    setText(person.parts.time, text);
    if (person.place === 'waiting' && !isAway) person.parts.time.setAttribute('aria-label', t('waited', text));
    else person.parts.time.removeAttribute('aria-label');
  }
}

function showNobody() {
  open?.thread.close();
  open = null;
  delete consoleElement.dataset.open;
  panel.replaceChildren(emptyState('chat', t('chooseVisitor'), t('chooseVisitorHint')));
}

function leave() {
  const button = open?.person.button;
  showNobody();
  render();
  button?.focus();
}

function choose(person) {
  open?.thread.close();
  step.set(person.openid);
  const canned = iconButton('canned', t('canned'), () => chooseCanned(canned));
  const thread = new Thread(client, { peer: person.openid, conversation: person.conversation, peerRead: person.peerRead, tools: [canned], who: uid, name: person.name });
  const actions = el('div', { class: 'actions' },
    el('button', { type: 'button', class: 'small', onclick: () => transfer(person) }, icon('transfer'), el('span', { class: 'only-wide' }, t('transfer'))),
    el('button', { type: 'button', class: 'small', onclick: () => finish(person) }, icon('check'), el('span', { class: 'only-wide' }, t('closeChat'))));
  actions.firstChild.setAttribute('aria-label', t('transfer'));
  actions.lastChild.setAttribute('aria-label', t('closeChat'));
  open = { person, thread, actions, place: undefined };
  const back = iconButton('back', t('back'), () => { leave(); step.set(null); });
  panel.replaceChildren(el('div', { class: 'bar' }, el('span', { class: 'only-phone' }, back), avatar(person.openid),
    el('div', { class: 'who' }, el('h2', {}, person.name), person.name.includes('…') ? el('small', {}, person.openid) : null), actions), thread.element);
  consoleElement.dataset.open = '';
  render();
  thread.focus();
}

// Only who holds a conversation writes in it.
function showPlace() {
  const { person, thread, actions } = open;
  if (open.place === person.place) return;
  const hadFocus = panel.contains(document.activeElement);
  open.place = person.place;
  actions.hidden = person.place !== 'mine';
  thread.silent = person.place !== 'mine';
  if (person.place === 'mine') {
    thread.setFooter(null);
    thread.shown();
  } else if (person.place === 'waiting') {
    thread.setFooter(el('div', { class: 'footer' }, el('p', {}, t('notYours')), el('button', { type: 'button', class: 'primary', onclick: () => claim(person.openid) }, t('claim'))));
  } else if (person.place === 'left') {
    thread.setFooter(el('div', { class: 'footer' }, el('p', {}, t('leftNotice')), el('button', { type: 'button', onclick: () => finish(person) }, t('closeChat')), el('button', { type: 'button', class: 'primary', onclick: () => claim(person.openid) }, t('claim'))));
  } else {
    thread.setFooter(el('div', { class: 'footer' }, el('p', { role: 'status' }, t('notWithYou'))));
  }
  if (hadFocus) thread.focus();
}

// ---- what the agent does

const faults = { queue_empty: 'queueWasEmpty', taken: 'taken', at_capacity: 'atCapacity', not_allowed: 'notWithYou', unknown_recipient: 'noColleagues', offline: 'offline' };
const tell = (fault) => toast(faults[fault.code] ? t(faults[fault.code]) : t('failedAction', faultText(fault)));

async function claim(openid) {
  next.disabled = true;
  try {
    const answer = await client.request('claim', openid === null ? {} : { openid });
    const person = know(answer.openid);
    Object.assign(person, { conversation: answer.conversation, place: 'mine' });
    if (!queue.mine.some((entry) => entry.openid === answer.openid)) queue.mine = [...queue.mine, { openid: answer.openid }];
    queue.waiting = queue.waiting.filter((entry) => entry.openid !== answer.openid);
    left = left.filter((entry) => entry.openid !== answer.openid);
    if (open?.person !== person) choose(person);
    render();
  } catch (fault) {
    tell(fault);
    render();
  }
}

async function setCapacity(step) {
  const value = Math.max(0, (queue.capacity ?? 5) + step);
  try {
    await client.request('capacity', { value });
    queue.capacity = value;
    render();
  } catch (fault) {
    tell(fault);
  }
}

function transfer(person) {
  const others = queue.agents.filter((agent) => agent.name !== (client.uid ?? uid));
  const give = async (to) => {
    dialog.close();
    try {
      await client.request('transfer', to === null ? { openid: person.openid } : { openid: person.openid, to });
    } catch (fault) {
      tell(fault);
    }
  };
  const dialog = openDialog(t('transferTo'), [others.length === 0 ? el('p', { class: 'none' }, t('noColleagues')) : null, el('div', { class: 'options' },
    others.map((agent, at) => el('button', { type: 'button', autofocus: at === 0, onclick: () => give(agent.name) }, avatar(agent.name), el('span', { class: 'who' }, agent.name), el('small', { class: 'load' }, t('load', agent.count, agent.capacity)))),
    el('button', { type: 'button', autofocus: others.length === 0, onclick: () => give(null) }, icon('queue'), t('toQueue')))]);
}

function finish(person) {
  const dialog = openDialog(t('closeAsk', person.name), el('div', { class: 'actions' },
    el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, t('cancel')),
    el('button', { type: 'button', class: 'primary', onclick: async () => {
      dialog.close();
      try {
        await client.request('close', { openid: person.openid });
        left = left.filter(({ openid }) => openid !== person.openid);
        if (person.place === 'left') person.place = null;
        render();
        toast(t('done'));
      } catch (fault) {
        tell(fault);
      }
    } }, t('closeChat'))));
}

async function chooseCanned(opener) {
  let answers = [];
  try {
    answers = (await client.request('canned')).answers ?? [];
  } catch (fault) {
    tell(fault);
    return;
  }
  const options = answers.map(({ title, text }) => el('button', { type: 'button', onclick: () => { dialog.close(); open?.thread.insert(text); } }, el('span', { class: 'who' }, el('strong', {}, title), el('small', {}, text))));
  const filter = el('input', { type: 'search', autofocus: true, 'aria-label': t('searchCanned'), placeholder: t('searchCanned'), oninput: () => {
    const wanted = filter.value.trim().toLowerCase();
    options.forEach((option, at) => { option.hidden = !`${answers[at].title} ${answers[at].text}`.toLowerCase().includes(wanted); });
  } });
  const dialog = openDialog(t('canned'), answers.length > 0 ? [filter, el('div', { class: 'options' }, options)] : el('p', { class: 'none' }, t('noCanned')));
  dialog.addEventListener('close', () => { if (document.activeElement === document.body) opener.focus(); });
}
