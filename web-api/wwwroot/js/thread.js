// One conversation: its messages, what is being sent, and the line to write in.
import { arrange, el, emptyState, icon, iconButton, t, timeOfDay, webAddress } from './ui.js';

const HISTORY_GAP = 180_000;
const LIVE_GAP = 6_000;
const TYPING_SHOWN = 4_000;
const RECALLABLE = 120_000;
const NEAR = 120; // pixels from an edge that count as being there

export class Thread {
  #client; #peer; #to; #draftName; #card; #list; #scroll; #older; #typing; #input; #empty; #offline; #form; #footer = null;
  #items = new Map(); // 's:<seq>', 'p:<client_msg_id>' or 'g:<seq>' to what is shown
  #live = false; #loading = false; #more = false; #peerRead = 0; #off = []; #typingTimer = null; #recallTimer = null; #isBatch = false;

  /**
   * @param to whom to send to, when it is not the peer by whom the conversation is found
   * @param card the product whose card can be sent, or null
   * @param pictures whether pictures may be sent
   * @param tools further buttons of the line to write in
   * @param who whose drafts are kept apart from others' of the same browser
   */
  constructor(client, { peer, to = peer, conversation = null, peerRead = 0, card = null, pictures = true, tools = [], who = '' }) {
    this.#client = client;
    this.#peer = peer;
    this.#to = to;
    this.#card = card;
    this.#draftName = `portico_draft_${who ?? ''}_${peer}`;
    this.#peerRead = peerRead;
    this.conversation = conversation;
    this.#build(pictures, tools);
    const mine = (value) => this.conversation !== null && value.conversation === this.conversation;
    const seen = () => this.#markRead();
    this.#off = [
      client.on('message', (message) => { if (mine(message) || (this.conversation === null && message.peer === peer)) this.#add(message, true); }),
      client.on('ack', (receipt) => this.#confirmed(receipt)),
      client.on('failed', (fault) => this.#markFailed(fault)),
      client.on('read', (read) => { if (mine(read) && !read.own) this.#readUpTo(read.seq); }),
      client.on('conversation', (told) => { if (told.peer === peer || mine(told)) { this.conversation ??= told.conversation; this.#readUpTo(told.peerRead); } }),
      client.on('recall', (recall) => { if (mine(recall)) this.#recalled(recall.seq); }),
      client.on('typing', (typing) => { if (mine(typing)) this.#showTyping(); }),
      client.on('gap', (gap) => { if (mine(gap)) this.#addGap(gap); }),
      client.on('state', (told) => this.#showState(told)),
      () => document.removeEventListener('visibilitychange', seen),
    ];
    document.addEventListener('visibilitychange', seen);
    for (const waiting of client.pending) if (waiting.to === to) this.#addPending(waiting);
    this.#showState();
    this.#load();
  }

  focus() { (this.#footer?.querySelector('button') ?? this.#input).focus(); }

  /** The page shows it (again): what stands there is read now. */
  shown() {
    this.#toEnd();
    this.#markRead();
  }

  /** Puts words into the line to write in, after what stands there. */
  insert(text) {
    this.#input.value += (this.#input.value && !/\s$/.test(this.#input.value) ? ' ' : '') + text;
    this.#drafted();
    this.#input.focus();
  }

  /** What stands in place of the line to write in; null: one may write. */
  setFooter(element) {
    this.#footer?.remove();
    this.#footer = element;
    this.#form.hidden = element !== null;
    if (element) this.#form.before(element);
  }

  /** A line among the messages that is none. */
  note(text) {
    const at = Date.now();
    this.#items.set('n:' + this.#client.newId(), { seq: this.#lastSeq() + .5, at, node: el('li', { class: 'notice' }, text) });
    this.#render();
    this.#toEnd();
  }

  close() {
    this.#off.forEach((off) => off());
    clearTimeout(this.#typingTimer);
    clearTimeout(this.#recallTimer);
    this.element.remove();
  }

  #build(pictures, tools) {
    this.#list = el('ol', { class: 'messages' });
    this.#older = el('button', { class: 'plain small', type: 'button', hidden: true, onclick: () => this.#load() }, t('older'));
    this.#empty = emptyState('chat', t('emptyThread'), t('emptyThreadHint'));
    this.#empty.hidden = true;
    this.#scroll = el('div', { class: 'scroll', tabindex: '0', role: 'log', 'aria-label': t('messages'), onscroll: () => { if (this.#scroll.scrollTop < NEAR && this.#more) this.#load(); } }, this.#older, this.#empty, this.#list);
    this.#typing = el('p', { class: 'typing', role: 'status' });
    this.#offline = el('p', { class: 'banner', role: 'status', hidden: true });
    this.#input = el('textarea', { rows: '1', 'aria-label': t('message'), placeholder: t('message'), maxlength: '20000', oninput: () => this.#drafted(), onkeydown: (event) => this.#keyed(event), onpaste: (event) => pictures && this.#files(event, event.clipboardData?.files) });
    this.#input.value = read(this.#draftName);
    const file = pictures ? el('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', multiple: true, hidden: true, onchange: () => { this.#upload([...file.files]); file.value = ''; } }) : null;
    this.#form = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, file,
      pictures ? iconButton('picture', t('picture'), () => file.click()) : null,
      this.#card ? iconButton('tag', t('card'), () => this.sendCard()) : null,
      tools, this.#input, el('button', { class: 'primary', type: 'submit' }, t('send')));
    const drop = pictures ? {
      ondragover: (event) => { event.preventDefault(); this.element.classList.add('dropping'); }, ondragleave: () => this.element.classList.remove('dropping'),
      ondrop: (event) => { event.preventDefault(); this.element.classList.remove('dropping'); this.#files(event, event.dataTransfer?.files); },
    } : {};
    this.element = el('section', { class: 'thread', 'aria-label': t('messages'), ...drop }, this.#offline, this.#scroll, this.#typing, this.#form);
  }

  sendCard() { this.#send({ id: this.#card.id }, 2, this.#card); }

  // ---- what there is

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    const first = Math.min(...[...this.#items.values()].map((item) => item.seq ?? Infinity));
    this.#older.disabled = true;
    this.#older.textContent = t('loadingOlder');
    this.#scroll.setAttribute('aria-busy', 'true'); // what was said long ago is not read out
    try {
      const page = await this.#client.history(this.#peer, { conversation: this.conversation, ...(Number.isFinite(first) && this.#live ? { before: Math.floor(first) } : {}) });
      const height = this.#scroll.scrollHeight;
      const wasAt = this.#scroll.scrollTop;
      this.#isBatch = true;
      for (const message of page.messages) this.#add(message, false);
      this.#isBatch = false;
      if (!page.more && page.keptFrom > 1) this.#addGap({ from: 0, to: page.keptFrom - 1 });
      this.#render();
      this.#more = page.more;
      this.#older.hidden = !page.more;
      if (this.#live) this.#scroll.scrollTop = wasAt + this.#scroll.scrollHeight - height;
      else this.#toEnd();
      this.#live = true;
      this.#empty.hidden = this.#items.size > 0;
      this.#markRead();
    } catch (fault) {
      this.#older.hidden = false;
      this.#notice(t('cannot', fault.message));
    } finally {
      this.#isBatch = false;
      this.#loading = false;
      this.#older.disabled = false;
      this.#older.textContent = t('older');
      this.#scroll.removeAttribute('aria-busy');
    }
  }

  #add(message, isLive) {
    this.conversation ??= message.conversation;
    const key = 's:' + message.seq;
    const known = this.#items.get(key);
    if (known && !known.isProvisional) return;
    if (message.clientMsgId) this.#items.delete('p:' + message.clientMsgId);
    const atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR;
    const item = { seq: message.seq, own: message.ours, at: message.at, isLive, message };
    item.node = this.#node(item);
    this.#items.set(key, item);
    if (this.#isBatch) return;
    this.#render();
    if (isLive && !message.ours) {
      this.#typing.textContent = '';
      this.#markRead();
    }
    if (atEnd || message.own) this.#toEnd();
  }

  #addPending({ id, content, type }, shown = content) {
    const item = { seq: null, own: true, at: Date.now(), isLive: true, message: { type, content: shown, parts: null, recalled: false, own: true, ours: true }, id };
    item.node = this.#node(item);
    this.#items.set('p:' + id, item);
    this.#render();
    this.#toEnd();
  }

  // It is stored and has its number; the message itself comes when all before it are here.
  #confirmed({ clientMsgId, conversation, seq, at }) {
    const item = this.#items.get('p:' + clientMsgId);
    if (!item) return;
    this.conversation ??= conversation;
    this.#items.delete('p:' + clientMsgId);
    if (!this.#items.has('s:' + seq)) {
      Object.assign(item, { seq, at, failed: false, isProvisional: true });
      item.node = this.#node(item);
      this.#items.set('s:' + seq, item);
    }
    this.#render();
  }

  // It stands where the messages stood that are gone.
  #addGap({ to }) {
    const key = 'g:' + to;
    if (this.#items.has(key)) return;
    this.#items.set(key, { seq: to + .5, at: 0, node: el('li', { class: 'notice' }, t('gap')) });
    if (!this.#isBatch) this.#render();
  }

  #render() {
    const items = [...this.#items.values()].sort((a, b) => (a.seq ?? Infinity) - (b.seq ?? Infinity) || a.at - b.at);
    const nodes = [];
    let before = null;
    let side = null;
    for (const item of items) {
      if (item.message) {
        if (before === null || item.at - before > (item.isLive ? LIVE_GAP : HISTORY_GAP)) {
          nodes.push(item.line ??= el('li', { class: 'line' }, el('time', { datetime: new Date(item.at).toISOString() }, timeOf(item.at))));
          side = null;
        }
        before = item.at;
        const writer = `${item.own}${item.message.author ?? ''}`;
        item.node.classList.toggle('joined', side === writer);
        side = writer;
      } else {
        side = null;
      }
      nodes.push(item.node);
    }
    arrange(this.#list, nodes);
    this.#empty.hidden = items.length > 0 || !this.#live;
    this.#ticks();
  }

  #node(item) {
    const { message } = item;
    const bubble = el('div', { class: 'bubble' }, message.recalled ? t('recalled') : contentOf(message));
    item.tick = item.own && !message.recalled ? el('span', { class: 'tick' }) : null;
    item.again = null;
    item.recall = item.own && message.own && item.seq !== null && !message.recalled
      ? el('button', { type: 'button', onclick: () => this.#takeBack(item) }, t('recall')) : null;
    const author = message.author ? el('span', { class: 'author' }, message.author) : message.own ? el('span', { class: 'sr' }, t('you')) : null;
    item.meta = el('div', { class: 'meta' }, item.recall, item.tick);
    return el('li', { class: `message${item.own ? ' own' : ''}${message.recalled ? ' recalled' : ''}`, 'data-seq': item.seq ?? undefined }, author, bubble, item.meta);
  }

  #ticks() {
    const now = Date.now();
    let next = Infinity;
    for (const item of this.#items.values()) {
      if (item.recall) {
        const left = item.at + RECALLABLE - now;
        item.recall.hidden = left <= 0;
        if (left > 0) next = Math.min(next, left);
      }
      if (!item.tick || item.failed) continue;
      const isRead = item.seq !== null && item.seq <= this.#peerRead;
      const text = item.seq === null ? '◷ ' + t('waiting') : isRead ? '✓✓ ' + t('read') : '✓ ' + t('sent');
      if (item.tick.textContent !== text) item.tick.textContent = text;
      item.tick.toggleAttribute('data-read', isRead);
    }
    clearTimeout(this.#recallTimer);
    if (Number.isFinite(next)) this.#recallTimer = setTimeout(() => this.#ticks(), next + 50);
  }

  #readUpTo(seq) {
    if (!(seq > this.#peerRead)) return;
    this.#peerRead = seq;
    this.#ticks();
  }

  #lastSeq() { return Math.max(0, ...[...this.#items.values()].map((item) => Math.floor(item.seq ?? 0))); }

  #markRead() {
    const isSeen = document.visibilityState === 'visible' && this.element.getClientRects().length > 0 && !this.silent;
    const last = Math.max(0, ...[...this.#items.values()].filter((item) => item.message && !item.own).map((item) => item.seq ?? 0));
    if (isSeen && last > 0 && this.conversation !== null) this.#client.markRead(this.conversation, last);
  }

  #markFailed(fault) {
    const item = this.#items.get('p:' + fault.clientMsgId);
    if (!item || item.failed) return;
    item.failed = true;
    item.node.classList.add('failed');
    item.tick.textContent = t('failed', fault.message);
    item.meta.prepend(item.again = el('button', { type: 'button', onclick: () => {
      this.#items.delete('p:' + item.id);
      this.#send(item.sent ?? item.message.content, item.message.type, item.message.content);
    } }, t('retry')));
  }

  #recalled(seq) {
    const item = this.#items.get('s:' + seq);
    if (!item || item.message.recalled) return;
    Object.assign(item.message, { recalled: true, content: '', parts: null });
    const old = item.node;
    const hadFocus = old.contains(document.activeElement);
    item.node = this.#node(item);
    old.replaceWith(item.node);
    this.#render();
    if (hadFocus) this.#input.focus();
  }

  async #takeBack(item) {
    item.recall.disabled = true;
    try {
      await this.#client.recall(this.conversation, item.seq);
      this.#recalled(item.seq);
    } catch (fault) {
      item.recall.disabled = false;
      if (fault.code === 'too_late' || fault.code === 'http_410') item.recall.hidden = true;
      this.#notice(fault.code === 'too_late' || fault.code === 'http_410' ? t('tooLate') : t('failed', fault.message));
    }
  }

  #showTyping() {
    this.#typing.textContent = t('typing');
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => { this.#typing.textContent = ''; }, TYPING_SHOWN);
  }

  #showState({ code = null } = {}) {
    const { state } = this.#client;
    this.#offline.hidden = state !== 'offline' && state !== 'closed';
    const text = state === 'closed' ? code === 4009 ? t('connectionClosed', t('replaced')) : t('connectionClosed', code ?? '–') : t('keptOffline');
    if (!this.#offline.hidden && this.#offline.textContent !== text) this.#offline.replaceChildren(icon('clock'), text);
  }

  #notice(text) {
    this.#typing.textContent = text;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => { this.#typing.textContent = ''; }, 2 * TYPING_SHOWN);
  }

  #toEnd() { this.#scroll.scrollTop = this.#scroll.scrollHeight; }

  // ---- what is written

  #keyed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    }
  }

  #drafted() {
    write(this.#draftName, this.#input.value);
    if (this.conversation !== null && this.#input.value) this.#client.typing(this.conversation);
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = '';
    write(this.#draftName, '');
    this.#send(text, 1);
  }

  #send(content, type, shown = content) {
    const id = this.#client.newId();
    this.#addPending({ id, content, type }, shown);
    this.#items.get('p:' + id).sent = content;
    this.#client.send(this.#to, content, { type, id }).catch((fault) => this.#markFailed({ clientMsgId: id, message: fault.message }));
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

/** What is being asked about; its card goes to the merchant at a touch. */
export function productStrip(product, thread) {
  const source = product.image ? webAddress(product.image) : null;
  return el('div', { class: 'context' }, source ? el('img', { src: source, alt: '' }) : null, el('div', { class: 'who' }, el('strong', {}, product.title), product.price ? el('small', {}, '¥ ' + product.price) : null),
    el('button', { type: 'button', class: 'small', onclick: () => thread.sendCard() }, t('sendCard')));
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

function picture(address) {
  const source = webAddress(address);
  return source ? el('img', { src: source, alt: t('photo'), loading: 'lazy' }) : String(address);
}

function timeOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const time = `${timeOfDay(date)}:${two(date.getSeconds())}`;
  return date.toDateString() === new Date().toDateString() ? time : `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${time}`;
}

const read = (name) => { try { return localStorage.getItem(name) ?? ''; } catch { return ''; } };
const write = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* the draft lives in the page alone */ } };
