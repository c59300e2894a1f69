// One conversation: its messages, what is being sent, and the line to write in.
import { arrange, el, t, webAddress } from './ui.js';

const HISTORY_GAP = 180_000;
const LIVE_GAP = 6_000;
const TYPING_SHOWN = 4_000;

export class Thread {
  #client; #peer; #card; #items = new Map(); #list; #scroll; #older; #typing; #input; #live = false; #peerRead = 0; #off = []; #timer = null; #empty;

  /** @param card the product whose card can be sent, or null */
  constructor(client, { peer, conversation = null, peerRead = 0, card = null }) {
    this.#client = client;
    this.#peer = peer;
    this.#card = card;
    this.#peerRead = peerRead;
    this.conversation = conversation;
    this.#build();
    const mine = (value) => this.conversation !== null && value.conversation === this.conversation;
    this.#off = [
      client.on('message', (message) => { if (message.peer === peer || mine(message)) this.#add(message, true); }),
      client.on('ack', (receipt) => { if (this.#items.delete('p:' + receipt.clientMsgId)) this.#render(); }),
      client.on('failed', (fault) => this.#markFailed(fault)),
      client.on('read', (read) => { if (mine(read) && !read.own) this.#readUpTo(read.seq); }),
      client.on('conversation', (told) => { if (told.peer === peer || mine(told)) { this.conversation ??= told.conversation; this.#readUpTo(told.peerRead); } }),
      client.on('recall', (recall) => { if (mine(recall)) this.#recalled(recall.seq); }),
      client.on('typing', (typing) => { if (mine(typing)) this.#showTyping(); }),
      client.on('gap', (gap) => { if (mine(gap)) this.#notice(t('gap')); }),
    ];
    const seen = () => this.#markRead();
    document.addEventListener('visibilitychange', seen);
    this.#off.push(() => document.removeEventListener('visibilitychange', seen));
    for (const waiting of client.pending) if (waiting.to === peer) this.#addPending(waiting);
    this.#loadOlder().catch((fault) => this.#notice(t('cannot', fault.message)));
  }

  focus() { this.#input.focus(); }

  close() {
    this.#off.forEach((off) => off());
    clearTimeout(this.#timer);
    this.element.remove();
  }

  #build() {
    this.#list = el('ol', { class: 'messages' });
    this.#older = el('button', { class: 'plain', type: 'button', hidden: true, onclick: () => this.#loadOlder().catch((fault) => this.#notice(t('cannot', fault.message))) }, t('older'));
    this.#empty = el('p', { class: 'empty', hidden: true }, t('emptyThread'));
    this.#scroll = el('div', { class: 'scroll', tabindex: '0', role: 'log', 'aria-live': 'polite', 'aria-label': t('messages') }, this.#older, this.#empty, this.#list);
    this.#typing = el('p', { class: 'typing', 'aria-live': 'polite' });
    this.#input = el('textarea', { rows: '1', 'aria-label': t('message'), placeholder: t('message'), maxlength: '20000', oninput: () => this.#drafted(), onkeydown: (event) => this.#keyed(event), onpaste: (event) => this.#files(event, event.clipboardData?.files) });
    this.#input.value = read('portico_draft_' + this.#peer);
    const file = el('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', hidden: true, onchange: () => { this.#upload([...file.files]); file.value = ''; } });
    const form = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, file,
      el('button', { type: 'button', class: 'plain', 'aria-label': t('picture'), title: t('picture'), onclick: () => file.click() }, icon('picture')),
      this.#card ? el('button', { type: 'button', class: 'plain', 'aria-label': t('card'), title: t('card'), onclick: () => this.#send({ id: this.#card.id }, 2, this.#card) }, icon('tag')) : null,
      this.#input, el('button', { class: 'primary', type: 'submit' }, t('send')));
    this.element = el('section', { class: 'thread', 'aria-label': t('messages'),
      ondragover: (event) => { event.preventDefault(); this.element.classList.add('dropping'); }, ondragleave: () => this.element.classList.remove('dropping'),
      ondrop: (event) => { event.preventDefault(); this.element.classList.remove('dropping'); this.#files(event, event.dataTransfer?.files); } }, this.#scroll, this.#typing, form);
  }

  // ---- what there is

  async #loadOlder() {
    const first = Math.min(...[...this.#items.values()].map((item) => item.seq ?? Infinity));
    this.#older.disabled = true;
    try {
      const page = await this.#client.history(this.#peer, Number.isFinite(first) && this.#live ? { before: first } : {});
      const height = this.#scroll.scrollHeight;
      for (const message of page.messages) this.#add(message, false);
      this.#older.hidden = !page.more;
      if (this.#live) this.#scroll.scrollTop += this.#scroll.scrollHeight - height;
      else this.#toEnd();
      if (!page.more && page.keptFrom > 1) this.#notice(t('gap'));
      this.#live = true;
      this.#empty.hidden = this.#items.size > 0;
      this.#markRead();
    } finally {
      this.#older.disabled = false;
    }
  }

  #add(message, isLive) {
    this.conversation ??= message.conversation;
    const key = 's:' + message.seq;
    if (this.#items.has(key)) return;
    if (message.clientMsgId) this.#items.delete('p:' + message.clientMsgId);
    const atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 80;
    const item = { seq: message.seq, own: message.own, at: message.at, isLive, message };
    item.node = this.#node(item);
    this.#items.set(key, item);
    this.#render();
    if (isLive && !message.own) {
      this.#typing.textContent = '';
      this.#markRead();
    }
    if (atEnd || message.own) this.#toEnd();
  }

  #addPending({ id, content, type }, shown = content) {
    const item = { seq: null, own: true, at: Date.now(), isLive: true, message: { type, content: shown, parts: null, recalled: false, own: true }, id };
    item.node = this.#node(item);
    this.#items.set('p:' + id, item);
    this.#render();
    this.#toEnd();
  }

  #render() {
    const items = [...this.#items.values()].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.at - b.at);
    const nodes = [];
    let before = null;
    for (const item of items) {
      if (before === null || item.at - before > (item.isLive ? LIVE_GAP : HISTORY_GAP)) nodes.push(item.line ??= el('li', { class: 'line' }, el('time', { datetime: new Date(item.at).toISOString() }, timeOf(item.at))));
      before = item.at;
      nodes.push(item.node);
    }
    arrange(this.#list, nodes);
    this.#empty.hidden = items.length > 0 || !this.#live;
    this.#ticks();
  }

  #node(item) {
    const { message } = item;
    const bubble = el('div', { class: 'bubble' }, message.recalled ? t('recalled') : contentOf(message));
    item.tick = item.own ? el('span', { class: 'tick' }) : null;
    return el('li', { class: `message${item.own ? ' own' : ''}${message.recalled ? ' recalled' : ''}`, 'data-seq': item.seq ?? undefined }, bubble, item.tick);
  }

  #ticks() {
    for (const item of this.#items.values()) {
      if (!item.tick || item.failed) continue;
      const isRead = item.seq !== null && item.seq <= this.#peerRead;
      const text = item.seq === null ? '◷ ' + t('waiting') : isRead ? '✓✓ ' + t('read') : '✓ ' + t('sent');
      if (item.tick.textContent !== text) item.tick.textContent = text;
      item.tick.toggleAttribute('data-read', isRead);
    }
  }

  #readUpTo(seq) {
    if (!(seq > this.#peerRead)) return;
    this.#peerRead = seq;
    this.#ticks();
  }

  #markRead() {
    const last = Math.max(0, ...[...this.#items.values()].filter((item) => !item.own).map((item) => item.seq ?? 0));
    if (last > 0 && this.conversation !== null && document.visibilityState === 'visible') this.#client.markRead(this.conversation, last);
  }

  #markFailed(fault) {
    const item = this.#items.get('p:' + fault.clientMsgId);
    if (!item) return;
    item.failed = true;
    item.node.classList.add('failed');
    item.tick.textContent = t('failed', fault.message);
  }

  #recalled(seq) {
    const item = this.#items.get('s:' + seq);
    if (!item) return;
    item.message.recalled = true;
    const old = item.node;
    item.node = this.#node(item);
    old.replaceWith(item.node);
    this.#ticks();
  }

  #showTyping() {
    this.#typing.textContent = t('typing');
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#typing.textContent = ''; }, TYPING_SHOWN);
  }

  #notice(text) { this.#list.before(el('p', { class: 'notice', role: 'status' }, text)); }

  #toEnd() { this.#scroll.scrollTop = this.#scroll.scrollHeight; }

  // ---- what is written

  #keyed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    }
  }

  #drafted() {
    write('portico_draft_' + this.#peer, this.#input.value);
    if (this.conversation !== null && this.#input.value) this.#client.typing(this.conversation);
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = '';
    write('portico_draft_' + this.#peer, '');
    this.#send(text, 1);
  }

  #send(content, type, shown = content) {
    const id = this.#client.newId();
    this.#addPending({ id, content, type }, shown);
    this.#client.send(this.#peer, content, { type, id }).catch((fault) => this.#markFailed({ clientMsgId: id, message: fault.message }));
  }

  #files(event, files) {
    const pictures = [...(files ?? [])].filter((file) => file.type.startsWith('image/'));
    if (pictures.length === 0) return;
    event.preventDefault();
    this.#upload(pictures);
  }

  async #upload(pictures) {
    try {
      const paths = [];
      for (const picture of pictures.slice(0, 9)) paths.push((await this.#client.api('POST', '/api/v1/uploads', picture)).path);
      this.#send(paths, 3);
    } catch (fault) {
      this.#notice(t('failed', fault.message));
    }
  }
}

function contentOf(message) {
  if (message.parts) return message.parts.map((part) => (part.image ? picture(part.image) : String(part.text ?? '')));
  if (message.type === 3) return (Array.isArray(message.content) ? message.content : []).map(picture);
  if (message.type === 2) {
    const { title, image, url } = message.content ?? {};
    const source = image ? webAddress(image) : null;
    return el('a', { class: 'card', href: webAddress(url || '#') ?? '#', target: '_blank', rel: 'noopener noreferrer' }, source ? el('img', { src: source, alt: '', loading: 'lazy' }) : null, el('span', {}, String(title ?? '')));
  }
  return String(message.content ?? '');
}

const icon = (name) => el('img', { src: `/img/${name}.svg`, alt: '', width: '24', height: '24' });

function picture(address) {
  const source = webAddress(address);
  return source ? el('img', { src: source, alt: t('photo'), loading: 'lazy' }) : String(address);
}

function timeOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return date.toDateString() === new Date().toDateString() ? time : `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${time}`;
}

const read = (name) => { try { return localStorage.getItem(name) ?? ''; } catch { return ''; } };
const write = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* the draft lives in the page alone */ } };

