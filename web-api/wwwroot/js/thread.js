// One conversation: its messages, what is being sent, and the line to write in.
import { contentOf } from './content.js';
import { arrange, el, emptyState, faultText, icon, iconButton, t, timeOfDay, webAddress } from './ui.js';

const HISTORY_GAP = 180_000;
const LIVE_GAP = 6_000;
const TYPING_SHOWN = 4_000;
const RECALLABLE = 120_000;
const NEAR = 120; // pixels from an edge that count as being there
const PICTURES = 9; // in one message
const PICTURE_BYTES = 10 << 20;
const UPLOAD_TRIES = 5;

export class Thread {
  #client; #peer; #to; #draftName; #card; #list; #scroll; #older; #typing; #input; #empty; #offline; #form; #footer = null;
  #items = new Map(); // 's:<seq>', 'p:<client_msg_id>' or 'g:<seq>' to what is shown
  #live = false; #loading = false; #more = false; #peerRead = 0; #off = []; #typingTimer = null; #recallTimer = null; #isBatch = false; #isAtEnd = true; #missed = 0; #newer; #name;

  /**
   * @param to whom to send to, when it is not the peer by whom the conversation is found
   * @param card the product whose card can be sent, or null
   * @param pictures whether pictures may be sent
   * @param tools further buttons of the line to write in
   * @param who whose drafts are kept apart from others' of the same browser
   * @param name what the other side is called where it is read out
   */
  constructor(client, { peer, to = peer, conversation = null, peerRead = 0, card = null, pictures = true, tools = [], who = '', name = t('them') }) {
    this.#client = client;
    this.#peer = peer;
    this.#to = to;
    this.#card = card;
    this.#draftName = `portico_draft_${who ?? ''}_${peer}`;
    this.#peerRead = peerRead;
    this.#name = name;
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
    // Pictures come later than their messages, and keyboards push up from below: who was at the end stays there.
    const follow = new ResizeObserver(() => { if (this.#isAtEnd) this.#toEnd(); });
    follow.observe(this.#list);
    follow.observe(this.#scroll);
    this.#off.push(() => follow.disconnect());
    for (const waiting of client.pending) if (waiting.to === to) this.#addPending(waiting);
    this.#showState();
    this.#load();
  }

  /** With a finger the line to write in is not focused, since that opens the keyboard over what one came to read. */
  focus() {
    const line = matchMedia('(hover: none) and (pointer: coarse)').matches ? this.element : this.#input;
    (this.#footer === null ? line : this.#footer.querySelector('button') ?? this.#footer).focus({ preventScroll: true });
  }

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
    element?.setAttribute('tabindex', '-1');
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
    this.#newer = el('button', { class: 'newer small', type: 'button', hidden: true, onclick: () => { this.#toEnd(); this.focus(); } });
    this.#scroll = el('div', { class: 'scroll', tabindex: '0', role: 'log', 'aria-relevant': 'additions', 'aria-label': t('messages'), onscroll: () => this.#scrolled() }, this.#older, this.#empty, this.#list);
    this.#typing = el('p', { class: 'typing', role: 'status' });
    this.#offline = el('p', { class: 'banner', role: 'status', hidden: true });
    this.#input = el('textarea', { rows: '1', 'aria-label': t('message'), placeholder: t('message'), maxlength: '20000', enterkeyhint: 'send', oninput: () => this.#drafted(), onkeydown: (event) => this.#keyed(event), onpaste: (event) => pictures && this.#files(event, event.clipboardData?.files) });
    this.#input.value = read(this.#draftName);
    const file = pictures ? el('input', { type: 'file', accept: 'image/png,image/jpeg,image/gif,image/webp', multiple: true, hidden: true, onchange: () => { this.#pictures([...file.files]); file.value = ''; } }) : null;
    this.#form = el('form', { class: 'composer', onsubmit: (event) => { event.preventDefault(); this.#submit(); } }, file,
      pictures ? iconButton('picture', t('picture'), () => file.click()) : null,
      this.#card ? iconButton('tag', t('card'), () => this.sendCard()) : null,
      tools, this.#input, el('button', { class: 'primary', type: 'submit' }, t('send')));
    const drop = pictures ? {
      ondragover: (event) => { event.preventDefault(); this.element.classList.add('dropping'); }, ondragleave: () => this.element.classList.remove('dropping'),
      ondrop: (event) => { event.preventDefault(); this.element.classList.remove('dropping'); this.#files(event, event.dataTransfer?.files); },
    } : {};
    this.element = el('section', { class: 'thread', tabindex: '-1', 'aria-label': t('messages'), ...drop }, this.#offline, el('div', { class: 'middle' }, this.#scroll, this.#newer), this.#typing, this.#form);
    this.#fit();
  }

  sendCard() { this.#send({ id: this.#card.id }, 2, this.#card); }

  // ---- what there is

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    const first = Math.min(...[...this.#items.values()].map((item) => item.seq ?? Infinity));
    this.#older.disabled = true;
    this.#older.textContent = t('loadingOlder');
    this.#older.hidden = false;
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
      this.#older.textContent = t('older');
    } catch (fault) {
      this.#older.hidden = false;
      this.#older.textContent = t('retry');
      if (fault.code !== 'closed') this.#notice(t('cannot', faultText(fault)));
    } finally {
      this.#isBatch = false;
      this.#loading = false;
      this.#older.disabled = false;
      this.#scroll.removeAttribute('aria-busy');
    }
  }

  #add(message, isLive) {
    this.conversation ??= message.conversation;
    const key = 's:' + message.seq;
    const known = this.#items.get(key);
    if (known && !known.isProvisional) return;
    if (message.clientMsgId) this.#items.delete('p:' + message.clientMsgId);
    const item = { seq: message.seq, own: message.ours, at: message.at, shownAt: isLive ? Date.now() : message.at, isLive, message };
    item.node = this.#node(item);
    this.#items.set(key, item);
    if (this.#isBatch) return;
    this.#render();
    if (this.#isAtEnd || message.own) this.#toEnd();
    if (isLive && !message.ours) {
      this.#typing.textContent = '';
      if (!this.#isAtEnd) this.#showMissed(this.#missed + 1);
      this.#markRead();
    }
  }

  #addPending({ id, content, type }, shown = content, files = null) {
    const item = { seq: null, own: true, at: Date.now(), shownAt: Date.now(), isLive: true, message: { type, content: shown, parts: null, recalled: false, own: true, ours: true }, id, sent: content, files };
    item.node = this.#node(item);
    this.#items.set('p:' + id, item);
    this.#render();
    this.#toEnd();
    return item;
  }

  // It is stored and has its number; the message itself comes when all before it are here.
  #confirmed({ clientMsgId, conversation, seq, at }) {
    const item = this.#items.get('p:' + clientMsgId);
    if (!item) return;
    this.conversation ??= conversation;
    this.#items.delete('p:' + clientMsgId);
    if (!this.#items.has('s:' + seq)) {
      Object.assign(item, { seq, at, shownAt: Date.now(), failed: false, isProvisional: true });
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
    // What has no number yet stands at the end as it was written; the clock may have been set meanwhile.
    const items = [...this.#items.values()].sort((a, b) => ((a.seq ?? Infinity) === (b.seq ?? Infinity) ? 0 : (a.seq ?? Infinity) - (b.seq ?? Infinity)));
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
    item.told = null;
    item.again = null;
    item.recall = item.own && message.own && item.seq !== null && !message.recalled
      ? el('button', { type: 'button', onclick: () => this.#takeBack(item) }, t('recall')) : null;
    const author = message.author ? el('span', { class: 'author' }, message.author) : el('span', { class: 'sr' }, message.own ? t('you') : this.#name);
    item.meta = el('div', { class: 'meta' }, item.recall, item.tick);
    return el('li', { class: `message${item.own ? ' own' : ''}${message.recalled ? ' recalled' : ''}`, 'data-seq': item.seq ?? undefined }, author, bubble, item.meta);
  }

  #ticks() {
    const now = Date.now();
    let next = Infinity;
    const last = {}; // of each state only the last says it in words; the others show a sign
    for (const item of this.#items.values()) {
      if (item.recall) {
        const left = item.shownAt + RECALLABLE - now;
        item.recall.hidden = left <= 0;
        if (left > 0) next = Math.min(next, left);
      }
      if (!item.tick || item.failed || item.progress) continue;
      const state = item.seq === null ? 'waiting' : item.seq <= this.#peerRead ? 'read' : 'sent';
      this.#tick(item, state);
      if (!last[state] || (item.seq ?? Infinity) >= (last[state].seq ?? Infinity)) last[state] = item;
    }
    for (const item of this.#items.values()) item.tick?.classList.toggle('quiet', !item.failed && !item.progress && last[item.told] !== item);
    clearTimeout(this.#recallTimer);
    if (Number.isFinite(next)) this.#recallTimer = setTimeout(() => this.#ticks(), next + 50);
  }

  #tick(item, state) {
    if (item.told === state) return;
    item.told = state;
    item.tick.replaceChildren(el('span', { 'aria-hidden': 'true' }, { waiting: '◷', sent: '✓', read: '✓✓' }[state]), el('span', { class: 'word' }, ` ${t(state)}`));
    item.tick.toggleAttribute('data-read', state === 'read');
  }

  #readUpTo(seq) {
    if (!(seq > this.#peerRead)) return;
    this.#peerRead = seq;
    this.#ticks();
  }

  #lastSeq() { return Math.max(0, ...[...this.#items.values()].map((item) => Math.floor(item.seq ?? 0))); }

  #markRead() {
    const isSeen = document.visibilityState === 'visible' && this.element.getClientRects().length > 0 && !this.silent && this.#isAtEnd;
    const last = Math.max(0, ...[...this.#items.values()].filter((item) => item.message && !item.own).map((item) => item.seq ?? 0));
    if (isSeen && last > 0 && this.conversation !== null) this.#client.markRead(this.conversation, last);
  }

  #markFailed(fault) {
    const item = this.#items.get('p:' + fault.clientMsgId);
    if (!item || item.failed) return;
    Object.assign(item, { failed: true, progress: null });
    item.node.classList.add('failed');
    item.node.removeAttribute('aria-busy');
    item.tick.classList.remove('quiet');
    item.tick.replaceChildren(t('failed', faultText(fault)));
    item.tick.setAttribute('role', 'alert');
    const again = el('button', { type: 'button', onclick: () => {
      const hadFocus = document.activeElement === again;
      this.#items.delete('p:' + item.id);
      if (item.files) this.#upload(item.files, item.message.content);
      else this.#send(item.sent ?? item.message.content, item.message.type, item.message.content);
      if (hadFocus) this.focus();
    } }, t('retry'));
    item.meta.prepend(again);
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
      const isTooLate = fault.code === 'too_late' || fault.code === 'http_410';
      if (isTooLate) item.recall.hidden = true;
      this.#notice(isTooLate ? t('tooLate') : t('failed', faultText(fault)));
    }
  }

  #showTyping() {
    this.#typing.textContent = t('typing');
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => { this.#typing.textContent = ''; }, TYPING_SHOWN);
  }

  #showState({ code = null } = {}) {
    const { state } = this.#client;
    const isLost = state === 'offline' || (state === 'connecting' && !this.#offline.hidden);
    this.#offline.hidden = !isLost && state !== 'closed';
    if (this.#offline.hidden) return;
    const kind = isLost ? 'offline' : code === 4009 ? 'replaced' : 'closed';
    if (this.#offline.dataset.kind === kind) return;
    this.#offline.dataset.kind = kind;
    const [text, label] = { offline: ['keptOffline', 'connectNow'], replaced: ['replaced', 'connectHere'], closed: ['connectionClosed', 'connectAgain'] }[kind];
    const act = () => { if (this.#client.state === 'closed') this.#client.connect(); else this.#client.wake(); };
    this.#offline.replaceChildren(icon('clock'), el('span', {}, t(text)), el('button', { type: 'button', class: 'small', onclick: act }, t(label)));
  }

  #notice(text) {
    this.#typing.textContent = text;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => { this.#typing.textContent = ''; }, 2 * TYPING_SHOWN);
  }

  // ---- where one looks

  #toEnd() {
    const wasAtEnd = this.#isAtEnd;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#isAtEnd = true;
    this.#showMissed(0);
    if (!wasAtEnd) this.#markRead();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    if (clientHeight === 0) return; // not shown
    if (scrollTop < NEAR && this.#more) this.#load();
    const wasAtEnd = this.#isAtEnd;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#isAtEnd && !wasAtEnd) this.#markRead();
    this.#showMissed(this.#isAtEnd ? 0 : this.#missed);
  }

  #showMissed(count) {
    this.#missed = count;
    this.#newer.hidden = this.#isAtEnd;
    const text = count > 0 ? t('newMessages', count) : t('toNewest');
    if (this.#newer.textContent !== text) this.#newer.replaceChildren(icon('down'), text);
  }

  // ---- what is written

  #keyed(event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { // 229: Safari, while a word is composed
      event.preventDefault();
      this.#submit();
    }
  }

  #drafted() {
    write(this.#draftName, this.#input.value);
    this.#fit();
    if (this.conversation !== null && this.#input.value) this.#client.typing(this.conversation);
  }

  // Where CSS cannot let the line grow with what is written.
  #fit() {
    if (CSS.supports('field-sizing', 'content')) return;
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text) return;
    this.#input.value = '';
    write(this.#draftName, '');
    this.#fit();
    this.#send(text, 1);
  }

  #send(content, type, shown = content) {
    const id = this.#client.newId();
    this.#addPending({ id, content, type }, shown);
    this.#client.send(this.#to, content, { type, id }).catch((fault) => this.#markFailed({ ...told(fault), clientMsgId: id }));
  }

  #files(event, files) {
    if (!files || files.length === 0) return;
    event.preventDefault();
    this.#pictures([...files]);
  }

  #pictures(files) {
    const pictures = files.filter((file) => file.type.startsWith('image/'));
    if (pictures.length < files.length) this.#notice(t('onlyPictures'));
    else if (pictures.length > PICTURES) this.#notice(t('ninePictures'));
    if (pictures.length > 0) this.#upload(pictures.slice(0, PICTURES));
  }

  // The message stands there at once with the pictures as they are here, and leaves when all of them are with the server.
  async #upload(files, shown = files.map((file) => URL.createObjectURL(file))) {
    const item = this.#addPending({ id: this.#client.newId(), content: shown, type: 3 }, shown, files);
    item.node.setAttribute('aria-busy', 'true');
    try {
      const paths = [];
      for (const file of files) {
        item.progress = t('uploading', paths.length + 1, files.length);
        item.tick.classList.remove('quiet');
        item.tick.replaceChildren(el('span', { class: 'busy', 'aria-hidden': 'true' }), item.progress);
        paths.push(await this.#put(file));
      }
      Object.assign(item, { progress: null, told: null, sent: paths, files: null });
      item.node.removeAttribute('aria-busy');
      this.#ticks();
      await this.#client.send(this.#to, paths, { type: 3, id: item.id });
      shown.forEach((address) => URL.revokeObjectURL(address));
    } catch (fault) {
      this.#markFailed({ ...told(fault), clientMsgId: item.id });
    }
  }

  async #put(file) {
    if (file.size > PICTURE_BYTES) throw Object.assign(new Error(), { code: 'too_large' });
    for (let left = UPLOAD_TRIES; ; left--) {
      try {
        return (await this.#client.api('POST', '/api/v1/uploads', file)).path;
      } catch (fault) {
        if (left === 1 || !['offline', 'http_502', 'http_503'].includes(fault.code)) throw fault;
        await this.#breath();
      }
    }
  }

  // Until there is a connection again; where there is one, a moment.
  #breath() {
    return new Promise((resolve) => {
      if (this.#client.state === 'online') {
        setTimeout(resolve, 2000);
        return;
      }
      const off = this.#client.on('state', ({ state }) => {
        if (state !== 'online' && state !== 'closed') return;
        off();
        resolve();
      });
    });
  }
}

const told = ({ code, message }) => ({ code, message });

/** What is being asked about; its card goes to the merchant at a touch. */
export function productStrip(product, thread) {
  const source = product.image ? webAddress(product.image) : null;
  return el('div', { class: 'context' }, source ? el('img', { src: source, alt: '' }) : null, el('div', { class: 'who' }, el('strong', {}, product.title), product.price ? el('small', {}, '¥ ' + product.price) : null),
    el('button', { type: 'button', class: 'small', onclick: () => thread.sendCard() }, t('sendCard')));
}

function timeOf(at) {
  const date = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  const time = `${timeOfDay(date)}:${two(date.getSeconds())}`;
  return date.toDateString() === new Date().toDateString() ? time : `${date.getFullYear()}/${two(date.getMonth() + 1)}/${two(date.getDate())} ${time}`;
}

const read = (name) => { try { return localStorage.getItem(name) ?? ''; } catch { return ''; } };
const write = (name, value) => { try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* the draft lives in the page alone */ } };
