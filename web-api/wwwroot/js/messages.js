// The messages of a conversation as a list: in order, with date lines, ticks and what can be done with each. What does not change is not touched,
// so that thousands cost no more than the last few.
import { contentOf } from './content.js';
import { el, faultText, t, timeOfDay } from './ui.js';

const GAP = 180_000; // a pause that a line with the time marks
const RECALLABLE = 120_000;

export class MessageList {
  #items = new Map(); // 's:<seq>', 'p:<client_msg_id>', 'g:<seq>' or 'n:<id>' to what is shown
  #order = []; // by number; what has none yet stands at the end as it was written
  #recallable = new Set();
  #peerRead; #name; #takeBack; #editAgain; #timer = null;
  #ahead = 0; // the server's clock before this one's
  element = el('ol', { class: 'messages' });

  /**
   * @param name what the other side is called where it is read out · @param takeBack called with the item whose message is to be taken back
   * @param editAgain called with the text of one that was taken back
   */
  constructor({ name, peerRead, takeBack, editAgain }) {
    this.#name = name;
    this.#peerRead = peerRead;
    this.#takeBack = takeBack;
    this.#editAgain = editAgain;
  }

  get size() { return this.#order.length; }
  /** Number of the first message here; null: there is none. */
  get first() { return this.#order.length > 0 && this.#order[0].seq !== null ? Math.floor(this.#order[0].seq) : null; }
  get last() { return Math.floor(this.#order.findLast((item) => item.seq !== null)?.seq ?? 0); }
  /** Number of the last message of the other side; 0: there is none. */
  get lastTheirs() { return this.#order.findLast((item) => item.message && !item.own && item.seq !== null)?.seq ?? 0; }

  has(key) { return this.#items.has(key); }

  /** False: it was here already. */
  add(message, isLive) {
    const key = 's:' + message.seq;
    const known = this.#items.get(key);
    if (known && !known.isProvisional) return false;
    if (message.clientMsgId) this.remove('p:' + message.clientMsgId);
    this.remove(key);
    this.#insert(key, { seq: message.seq, own: message.ours, at: message.at, shownAt: isLive && message.at - this.#ahead > Date.now() - RECALLABLE ? Date.now() : message.at, message });
    return true;
  }

  /** What was written here and is not stored yet. */
  addPending({ id, type, content }) {
    const now = Date.now();
    return this.#insert('p:' + id, { seq: null, own: true, at: now + this.#ahead, shownAt: now, id, message: { type, content, parts: null, recalled: false, own: true, ours: true } });
  }

  /** It is stored and has its number; the message itself comes when all before it are here. */
  confirm({ clientMsgId, seq, at }) {
    const item = this.#items.get('p:' + clientMsgId);
    if (!item) return;
    this.remove('p:' + clientMsgId);
    this.#ahead = at - Date.now();
    if (!this.#items.has('s:' + seq)) this.#insert('s:' + seq, { ...item, seq, at, line: null, shownAt: Date.now(), failed: false, progress: null, isProvisional: true });
  }

  /** A line among the messages that is none. */
  addNotice(key, seq, text) {
    if (!this.#items.has(key)) this.#insert(key, { seq, at: 0, message: null, node: el('li', { class: 'notice' }, text) });
  }

  remove(key) {
    const item = this.#items.get(key);
    if (!item) return;
    const at = this.#order.lastIndexOf(item);
    this.#forget(item);
    this.#order.splice(at, 1);
    this.#dress(at);
  }

  /** Lets go of the oldest when there are more than `most`. */
  trim(most, kept) {
    if (this.#order.length <= most) return false;
    for (const item of this.#order.splice(0, this.#order.length - kept)) this.#forget(item);
    this.#dress(0);
    return true;
  }

  readUpTo(seq) {
    if (!(seq > this.#peerRead)) return;
    this.#peerRead = seq;
    this.tick();
  }

  recall(seq) {
    const item = this.#items.get('s:' + seq);
    if (!item || item.message.recalled) return false;
    if (item.own && item.message.own && item.message.type === 1 && !item.message.parts) item.taken = item.message.content;
    Object.assign(item.message, { recalled: true, content: '', parts: null });
    const old = item.node;
    const hadFocus = old.contains(document.activeElement);
    item.node = this.#node(item);
    old.replaceWith(item.node);
    this.#dress(this.#order.lastIndexOf(item));
    this.tick();
    return hadFocus;
  }

  /** How far something that takes its time has come; null: it waits like any other. */
  progress(id, text) {
    const item = this.#items.get('p:' + id);
    if (!item || item.failed) return;
    Object.assign(item, { progress: text, told: null });
    item.node.removeAttribute('aria-busy');
    if (text !== null) {
      item.node.setAttribute('aria-busy', 'true');
      item.tick.classList.remove('quiet');
      item.tick.replaceChildren(el('span', { class: 'busy', 'aria-hidden': 'true' }), text);
    } else {
      this.tick();
    }
  }

  /** It will not leave by itself: `actions` say what can be done, each with its word. */
  fail(id, fault, actions) {
    const item = this.#items.get('p:' + id);
    if (!item || item.failed) return;
    Object.assign(item, { failed: true, progress: null });
    item.node.classList.add('failed');
    item.node.removeAttribute('aria-busy');
    item.tick.classList.remove('quiet');
    item.tick.replaceChildren(t('failed', faultText(fault)));
    item.tick.setAttribute('role', 'alert');
    item.meta.prepend(...Object.entries(actions).map(([word, action]) => el('button', { type: 'button', onclick: () => { this.remove('p:' + id); action(item); } }, t(word))));
  }

  /** Of each state only the last says it in words; the others show a sign. */
  tick() {
    const seen = new Set();
    for (let at = this.#order.length - 1; at >= 0; at--) {
      const item = this.#order[at];
      if (!item.tick || item.failed || item.progress) continue;
      const state = item.seq === null ? 'waiting' : item.seq <= this.#peerRead ? 'read' : 'sent';
      const isSettled = state === 'read' && item.told === state && seen.has(state) && item.tick.classList.contains('quiet');
      if (isSettled) break; // and so is all before it
      this.#tell(item, state, seen.has(state));
      seen.add(state);
    }
    this.#expire();
  }

  close() { clearTimeout(this.#timer); }

  // ---- one of them

  #insert(key, item) {
    item.key = key;
    if (item.message) item.node = this.#node(item);
    const place = item.seq ?? Infinity;
    let at = this.#order.length;
    let low = 0;
    while (low < at) {
      const middle = (low + at) >> 1;
      if ((this.#order[middle].seq ?? Infinity) <= place) low = middle + 1;
      else at = middle;
    }
    this.#items.set(key, item);
    this.#order.splice(at, 0, item);
    const next = this.#order[at + 1];
    this.element.insertBefore(item.node, next?.line?.parentNode ? next.line : next?.node ?? null);
    this.#dress(at);
    return item;
  }

  #forget(item) {
    this.#items.delete(item.key);
    this.#recallable.delete(item);
    item.line?.remove();
    item.node.remove();
  }

  // A date line after a pause, and who writes on is not named again: that hangs on what stands before, of two messages from there on.
  #dress(at) {
    for (let left = 2; left > 0 && at < this.#order.length; at++) {
      const item = this.#order[at];
      if (!item.message) continue;
      left--;
      let back = at - 1;
      while (back >= 0 && !this.#order[back].message) back--;
      const before = this.#order[back];
      const isApart = !before || item.at - before.at > GAP;
      if (!isApart) item.line?.remove();
      else if (item.line?.nextSibling !== item.node) item.node.before(item.line ??= el('li', { class: 'line' }, el('time', { datetime: new Date(item.at).toISOString() }, timeOf(item.at))));
      item.node.classList.toggle('joined', !isApart && back === at - 1 && writerOf(before) === writerOf(item));
    }
  }

  #node(item) {
    const { message } = item;
    const again = item.taken ? el('button', { type: 'button', class: 'plain small', onclick: () => this.#editAgain(item.taken) }, t('editAgain')) : null;
    const bubble = el('div', { class: 'bubble' }, message.recalled ? [t(message.own ? 'recalledOwn' : 'recalled'), again] : contentOf(message));
    const isRecallable = item.own && message.own && item.seq !== null && !message.recalled && item.shownAt + RECALLABLE > Date.now();
    item.told = null;
    item.tick = item.own && !message.recalled ? el('span', { class: 'tick' }) : null;
    item.recall = isRecallable ? el('button', { type: 'button', onclick: () => this.#takeBack(item) }, t('recall')) : null;
    if (item.recall) this.#recallable.add(item);
    if (item.tick && item.seq !== null && item.seq <= this.#peerRead) this.#tell(item, 'read', true);
    const author = message.author ? el('span', { class: 'author' }, message.author) : el('span', { class: 'sr' }, message.own ? t('you') : this.#name);
    item.meta = el('div', { class: 'meta' }, item.recall, item.tick);
    return el('li', { class: `message${item.own ? ' own' : ''}${message.recalled ? ' recalled' : ''}`, 'data-seq': item.seq ?? undefined }, author, bubble, item.meta);
  }

  #tell(item, state, isQuiet) {
    item.tick.classList.toggle('quiet', isQuiet);
    if (item.told === state) return;
    item.told = state;
    item.tick.replaceChildren(el('span', { 'aria-hidden': 'true' }, { waiting: '◷', sent: '✓', read: '✓✓' }[state]), el('span', { class: 'word' }, ` ${t(state)}`));
    item.tick.toggleAttribute('data-read', state === 'read');
  }

  #expire() {
    const now = Date.now();
    let next = Infinity;
    for (const item of this.#recallable) {
      const left = item.shownAt + RECALLABLE - now;
      if (left > 0) {
        next = Math.min(next, left);
      } else {
        item.recall.hidden = true;
        this.#recallable.delete(item);
      }
    }
    clearTimeout(this.#timer);
    if (Number.isFinite(next)) this.#timer = setTimeout(() => this.#expire(), next + 50);
  }
}

const writerOf = (item) => `${item.own}${item.message.author ?? ''}`;

function timeOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const time = timeOfDay(date);
  return date.toDateString() === new Date().toDateString() ? time : `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${time}`;
}
