// Portico's client library: browsers, Node 22+ and WeChat mini-programs. One file, no dependencies. Types and documentation: portico.d.ts.

const SUBPROTOCOL = 'portico.v1';
const TOKEN_OFFER = 'portico.token.';
const TRY_AGAIN = new Set(['unavailable', 'too_fast']);
const LONG_WAIT = 60; // seconds; a limit that lasts longer is the day's, and the page is told
const NORMAL = 1000;
const FINAL_CLOSES = new Set([4009]); // a newer connection took its place
const NOT_AT_ONCE = new Set([1008, 1013, 4003]); // refused for now (a path or token that the server does not know yet); no worker serves it; it sent too fast
const TOO_BIG = 1009;
const SUSPECT = 1 << 18; // characters of a message that may be why connections end
const BROKE_SOMETHING = 1011;
const SLOWEST = 8; // bytes a millisecond: a picture over a poor line takes its time
const TOKEN_EXPIRED = 4001;
const LATEST = Number.MAX_SAFE_INTEGER;
const OWN_EVENTS = new Set(['state', 'message', 'ack', 'failed', 'gap', 'conversation', 'pending']); // no frame of the server may pass for one
const MOST_NAMED = 500; // conversations in one sync

const defaults = {
  url: '',
  api: null, // base address of the web-api, '' for the page's own origin; null: HTTP is never used
  token: null, // text, or a function that returns one (or a promise of one), asked at every connect
  tokenIn: null, // 'protocol' or 'address'
  bind: null, // async (clientId) => boolean; default: POST push/push/BindUserClientId at `api`
  legacy: false, // speak as an old client, without the subprotocol
  heartbeat: 30_000,
  answerWithin: 10_000,
  ackWithin: 10_000,
  retryFrom: 500,
  retryTo: 30_000,
  holeWait: 200, // how long a hole in the numbers may wait for a message that is under way
  maxQueue: 200,
  maxHeld: 1000,
  pageLength: 200,
  socket: null,
  request: null,
  random: Math.random,
};

export class PorticoError extends Error {
  constructor(code, message) {
    super(message || code);
    this.name = 'PorticoError';
    this.code = code;
  }
}

export class Portico {
  #options;
  #listeners = new Map();
  #state = 'idle';
  #wanted = false;
  #link = null; // the socket in use; everything about one connection dies with it
  #attempts = 0;
  #isOver = false; // close() was called; what is written from now on would wait for nothing
  #retryTimer = null;
  #token = null;
  #uid = null;
  #outbox = new Map(); // id -> what is not confirmed yet, in order of sending
  #lanes = new Map(); // receiver -> ids that wait for him; only the first is under way
  #asked = new Map(); // ref -> request that waits for its answer
  #refs = 0;
  #overHttp = false; // the server knows none of the requests below on its WebSocket
  #conversations = new Map();
  #synced = false;
  #isListComplete = false;
  #syncing = false;
  #syncAgain = false;
  #syncTimer = null;
  #syncWaiters = [];
  #behind = new Set(); // conversations of which the server has more than came as events
  #catching = null; // the catching up that is under way
  #reads = new Map();
  #typedAt = new Map();
  #seenOld = new Set();

  constructor(options) {
    this.#options = { ...defaults, ...options };
    if (!this.#options.url) throw new TypeError('url is missing: the address of the gateway, like wss://chat.example:8282/');
    if (typeof this.#options.api === 'string') this.#options.api = this.#options.api.replace(/\/+$/, '');
  }

  get state() { return this.#state; }
  get uid() { return this.#uid; }
  get clientId() { return this.#link?.clientId ?? null; }
  /** What was not confirmed yet; send it again with its `id` after a reload, and it is still stored once. */
  get pending() { return [...this.#outbox.values()].map(({ id, to, content, type }) => ({ id, to, content, type })); }

  on(name, listener) {
    const list = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, list.add(listener));
    return () => list.delete(listener);
  }

  connect() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#isOver = false;
    this.#attempts = 0;
    this.#open();
  }

  /** Ends it, and with it what still waited: those promises are rejected with `closed`. */
  close() {
    this.#wanted = false;
    this.#isOver = true;
    clearTimeout(this.#retryTimer);
    if (this.#link) this.#drop(this.#link, 1000, 'closed by the page');
    this.#giveUp(new PorticoError('closed', 'closed by the page'));
    this.#setState('closed', { code: 1000, reason: 'closed by the page' });
  }

  #giveUp(fault) {
    const entries = [...this.#outbox.values()];
    this.#outbox.clear();
    this.#lanes.clear();
    for (const entry of entries) entry.reject(fault);
    if (entries.length > 0) this.#emit('pending', { waiting: 0 });
    this.#syncWaiters.splice(0).forEach(({ reject }) => reject(fault));
  }

  /** The network or the page came back: try now instead of later, or find out whether the socket still lives. */
  wake() {
    if (this.#state === 'offline') {
      clearTimeout(this.#retryTimer);
      this.#open();
    } else if (this.#link?.ready) {
      this.#probe(this.#link);
    }
  }

  newId() {
    let id = '';
    while (id.length < 24) id += Math.floor(this.#options.random() * 0x7fffffff).toString(36);
    return `${Date.now().toString(36)}-${id.slice(0, 24)}`;
  }

  /** Resolves once the server has stored the message; retries with the same id until then. */
  send(to, content, { type = 1, id = this.newId() } = {}) {
    if (this.#isOver) return Promise.reject(new PorticoError('closed', 'closed by the page'));
    try {
      content = asSent(content);
    } catch (fault) {
      return Promise.reject(new PorticoError('bad_field', `content: ${fault.message}`)); // it would never leave
    }
    const same = this.#outbox.get(id);
    if (same) return same.promise; // as the server does: one id, one message
    if (this.#outbox.size >= this.#options.maxQueue) {
      return Promise.reject(new PorticoError('queue_full', `${this.#options.maxQueue} messages wait already`));
    }
    const entry = { id, to, content, type, seen: this.#seenWith(to ?? ''), link: null, tries: 0, broke: 0, lost: 0, timer: null };
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    this.#outbox.set(id, entry);
    const lane = this.#lanes.get(to);
    if (lane) lane.add(id);
    else this.#lanes.set(to, new Set([id]));
    this.#emit('pending', { waiting: this.#outbox.size });
    this.#flush(to);
    return entry.promise;
  }

  markRead(conversation, seq) {
    if ((this.#reads.get(conversation)?.seq ?? 0) >= seq) return;
    this.#reads.set(conversation, { seq, done: false });
    this.#flushReads();
  }

  typing(conversation) {
    const now = monotonic();
    if (!this.#link?.ready || now - (this.#typedAt.get(conversation) ?? -2000) < 2000) return;
    this.#typedAt.set(conversation, now);
    if (!this.#overHttp) this.#write(this.#link, { type: 'typing', conversation });
    else this.#http('POST', '/api/v1/typing', { conversation }).catch(() => { /* nobody misses a typing mark */ });
  }

  recall(conversation, seq) {
    return this.#call('recall', { conversation, seq }, () => this.#http('POST', '/api/v1/recall', { conversation, seq }));
  }

  async online(uids) {
    const answer = await this.#call('online', { uids }, () => this.#http('GET', '/api/v1/presence?uids=' + encodeURIComponent(uids.join(','))));
    return answer.online;
  }

  /** Any other request of the protocol (claim, transfer, rate, …). */
  request(type, fields = {}) { return this.#ask(type, fields); }

  /** Messages up to what was delivered as events, oldest first: together with the events nothing is missing and nothing double. */
  async history(peer, { conversation = null, before = LATEST, limit = 50 } = {}) {
    if (this.#isOver) throw new PorticoError('closed', 'closed by the page');
    await this.#whenSynced();
    if (!this.#options.legacy && !this.#overHttp) {
      const id = conversation ?? this.#conversationWith(peer);
      if (id !== null) {
        const page = await this.#page(id, before, limit);
        if (page) return page;
      } else if (this.#isListComplete) {
        return { messages: [], more: false, keptFrom: 1 };
      }
    }
    return this.#pageOverHttp(peer, before, limit);
  }

  // The numbers have no holes, so a page that ends before one number is a sync from another.
  async #page(id, before, limit) {
    const messages = [];
    let reached = null; // where a page of long messages ended before its top
    let caught = 0;
    for (let hurried = 0; ;) {
      const top = before === LATEST ? this.#conversations.get(id)?.seen ?? null : before - 1;
      const bottom = top === null ? LATEST : Math.max(0, top - limit);
      const after = Math.max(bottom, reached ?? 0);
      await this.#whenOnline();
      let answer;
      try {
        answer = await this.#call('sync', { conversations: { [id]: after }, only: 1, limit: top === null ? 1 : Math.max(1, top - after) }, () => null);
        if (before === LATEST && top !== null && reached === null && caught < 3 && answer?.conversations?.[id]?.last_seq > top) {
          // An agent is not told what is written while a colleague holds the conversation.
          await this.#catchUp(id);
          caught++;
          continue;
        }
      } catch (fault) {
        if (fault.code === 'too_fast' && ++hurried < 6) await new Promise((resolve) => setTimeout(resolve, this.#options.retryFrom * hurried));
        else if (fault.code !== 'offline' || !this.#wanted) throw fault;
        continue; // after a breath, or with the next connection
      }
      const page = answer?.conversations?.[id];
      if (!isPage(page)) return answer === null ? null : { messages: [], more: false, keptFrom: 1 };
      if (top === null) {
        this.#apply(id, { ...page, messages: [] }, false, true);
        continue;
      }
      const got = (page.messages ?? []).filter(isPlace).map((message) => this.#fromLog(message, page.peer));
      messages.push(...got.filter((message) => message.seq <= top));
      reached = got.length > 0 ? got[got.length - 1].seq : top;
      if (page.more && reached > after && reached < top) continue;
      return { messages, more: bottom >= page.kept_from, keptFrom: page.kept_from };
    }
  }

  async #pageOverHttp(peer, before, limit) {
    for (let round = 0; ; round++) {
      const page = await this.#http('GET', `/api/v1/messages?with=${encodeURIComponent(peer)}&before=${before}&limit=${limit}`);
      if (!Array.isArray(page.messages)) throw new PorticoError('bad_answer', 'the answer holds no messages');
      const messages = page.messages.filter(isPlace).map((message) => this.#fromLog(message));
      const top = messages[messages.length - 1];
      const known = top ? this.#conversations.get(top.conversation) : null;
      // The log was read before a message was stored that has come as an event meanwhile: read it again.
      if (before === LATEST && known && top.seq < known.seen && round < 3) continue;
      return { messages: known ? messages.filter((message) => message.seq <= known.seen) : messages, more: page.more, keptFrom: page.kept_from ?? 1 };
    }
  }

  /** The list of conversations as GET /api/v1/conversations has it. */
  async conversations({ limit = 50, offset = 0 } = {}) {
    return this.#http('GET', `/api/v1/conversations?limit=${limit}&offset=${offset}`);
  }

  /** A call of the web-api with the client's token. */
  api(method, path, body) { return this.#http(method, path, body); }

  // ---- one connection -------------------------------------------------------------------------------------------------

  async #open() {
    this.#setState('connecting');
    const link = { socket: null, ready: false, greeted: false, clientId: null, heardAt: monotonic(), timers: new Set(), resent: new Set() };
    this.#link = link;
    try {
      const token = await this.#askToken();
      if (this.#link !== link || !this.#wanted) return;
      this.#token = token;
    } catch (fault) {
      if (this.#link !== link) return;
      this.#emit('error', fault);
      this.#drop(link, 0, 'no token');
      return;
    }
    if (!this.#isStill(subjectOf(this.#token))) return;
    try {
      link.socket = (this.#options.socket ?? usualSocket)(this.#address(), this.#protocols());
    } catch (fault) {
      this.#drop(link, 0, String(fault?.message ?? fault));
      return;
    }
    const socket = link.socket;
    socket.onopen = () => {
      if (!this.#options.legacy && typeof socket.protocol === 'string' && socket.protocol !== SUBPROTOCOL) {
        this.#emit('error', new PorticoError('unsupported', `the server does not speak ${SUBPROTOCOL}; old servers need the option legacy`));
        this.#drop(link, 0, 'wrong protocol');
        return;
      }
      this.#write(link, { type: 'handshake', role: 'user' });
    };
    socket.onmessage = (event) => this.#receive(link, event.data);
    socket.onclose = (event) => this.#drop(link, event?.code ?? 1006, event?.reason ?? '');
    socket.onerror = () => this.#after(link, 50, () => this.#drop(link, 1006, 'no connection')); // a close follows, but not everywhere
    this.#after(link, this.#options.answerWithin, () => link.greeted || this.#drop(link, 0, 'no answer'));
  }

  // A function that hangs, or brings what is no token, must not hold the client up for ever.
  async #askToken() {
    const { token, answerWithin } = this.#options;
    if (typeof token !== 'function') return token;
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('it did not come in time')), answerWithin); });
    try {
      const brought = await Promise.race([token(), late]);
      if (typeof brought !== 'string' || brought === '') throw new Error('the function brought none');
      return brought;
    } catch (fault) {
      throw new PorticoError('token', String(fault?.message ?? fault));
    } finally {
      clearTimeout(timer);
    }
  }

  // What one user wrote never leaves in another's name, and his conversations are not shown to him.
  #isStill(uid) {
    if (typeof uid !== 'string' || uid === '') return true;
    if (this.#uid === null || this.#uid === uid) {
      this.#uid = uid;
      return true;
    }
    this.#wanted = false;
    this.#isOver = true;
    if (this.#link) this.#drop(this.#link, 1000, 'another user');
    this.#setState('closed', { code: 0, reason: 'another user' });
    this.#giveUp(new PorticoError('another_user', 'the token is another user\'s'));
    return false;
  }

  // An address lands in the logs of proxies, so the token travels as an offered subprotocol, where its characters may stand there.
  #showsTokenInAddress() {
    const isWeChat = typeof WebSocket === 'undefined' && !this.#options.socket; // one subprotocol is all that is sure to pass there
    return (this.#options.tokenIn ?? (isWeChat ? 'address' : 'protocol')) === 'address' || !/^[\w.~+-]+$/.test(this.#token);
  }

  #address() {
    if (!this.#token || this.#options.legacy || !this.#showsTokenInAddress()) return this.#options.url;
    return this.#options.url + (this.#options.url.includes('?') ? '&' : '?') + 'token=' + encodeURIComponent(this.#token);
  }

  #protocols() {
    if (this.#options.legacy) return [];
    return !this.#token || this.#showsTokenInAddress() ? [SUBPROTOCOL] : [SUBPROTOCOL, TOKEN_OFFER + this.#token];
  }

  #after(link, milliseconds, action) {
    const timer = setTimeout(() => {
      link.timers.delete(timer);
      if (this.#link === link) action();
    }, milliseconds);
    link.timers.add(timer);
    return timer;
  }

  #forget(timer) {
    clearTimeout(timer);
    this.#link?.timers.delete(timer);
  }

  #write(link, frame) {
    try {
      link.socket.send(JSON.stringify(frame));
    } catch {
      this.#drop(link, 0, 'the socket is closed'); // what was to be sent is sent again later
    }
  }

  // The one way out of a connection.
  #drop(link, code, reason) {
    if (this.#link !== link) return;
    this.#link = null;
    link.timers.forEach(clearTimeout);
    clearTimeout(this.#syncTimer);
    this.#syncTimer = null;
    const { socket } = link;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.onerror = () => { /* abandoned */ };
      try { socket.close(1000); } catch { /* it was closed */ }
    }
    const underWay = [...this.#outbox.values()].filter((entry) => entry.link !== null);
    for (const entry of underWay) {
      clearTimeout(entry.timer);
      entry.link = null;
    }
    this.#blame(underWay, code);
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    asked.forEach((request) => request.reject(new PorticoError('offline', 'the connection was lost')));
    if (this.#wanted) this.#retry(code, reason);
  }

  #retry(code, reason) {
    clearTimeout(this.#retryTimer);
    const cannotRenew = code === TOKEN_EXPIRED && typeof this.#options.token !== 'function';
    const isEnded = code === NORMAL && reason !== ''; // the application says why; without a word it was something in between, like a phone that sleeps
    if (FINAL_CLOSES.has(code) || isEnded || cannotRenew) {
      this.#wanted = false;
      this.#setState('closed', { code, reason });
      return;
    }
    const { retryFrom, retryTo, random } = this.#options;
    const most = Math.min(retryTo, retryFrom * 2 ** Math.min(this.#attempts++, 20));
    const retryIn = Math.round(most / 2 + (random() * most) / 2) + (NOT_AT_ONCE.has(code) ? Math.min(2000, retryTo) : 0);
    this.#retryTimer = setTimeout(() => this.#open(), retryIn);
    this.#setState('offline', { code, reason, retryIn });
  }

  // A message that the server closes the connection for would be sent, and closed for, again and again.
  #blame(underWay, code) {
    const size = (entry) => JSON.stringify(entry.content)?.length ?? 0;
    const largest = underWay.reduce((most, entry) => (most === null || size(entry) > size(most) ? entry : most), null);
    // The goodbye may be lost while much is still being written: then only that it happens every time tells.
    const isSuspect = largest !== null && size(largest) >= SUSPECT && code !== BROKE_SOMETHING && ++largest.lost >= 5;
    if ((code === TOO_BIG && largest) || isSuspect) this.#fail(largest, new PorticoError('too_big', 'the message is too big'));
    if (code !== BROKE_SOMETHING) return;
    for (const entry of underWay) if (++entry.broke > 1) this.#fail(entry, new PorticoError('internal', 'the server failed at this message'));
  }

  #fail(entry, fault) {
    this.#settle(entry);
    fault.clientMsgId = entry.id;
    entry.reject(fault);
    this.#emit('failed', fault);
  }

  async #greeted(link, frame) {
    link.greeted = true;
    link.clientId = typeof frame.client_id === 'string' ? frame.client_id : null;
    if (!this.#isStill(frame.uid)) return;
    if (link.ready || link.binding) return;
    if (!frame.uid) {
      link.binding = true;
      const bound = await this.#bind(link.clientId).catch((fault) => {
        this.#emit('error', fault);
        return false;
      });
      if (this.#link !== link) return;
      if (!bound) {
        this.#drop(link, 0, 'not bound');
        return;
      }
      if (!this.#uid && !this.#options.legacy) this.#write(link, { type: 'handshake', role: 'user' }); // its answer names the uid
    }
    this.#ready(link);
  }

  async #bind(clientId) {
    if (this.#options.bind) return (await this.#options.bind(clientId)) !== false;
    if (this.#options.api === null) return true; // somebody else binds
    const answer = await this.#http('POST', '/push/push/BindUserClientId', new URLSearchParamsLike({ client_id: clientId }));
    return answer.status === 1;
  }

  #ready(link) {
    link.ready = true;
    this.#after(link, this.#options.answerWithin, () => { this.#attempts = 0; }); // one that is closed at once is no success
    // What may have been stored already is asked for first, so that its number comes with its id; then what was missed.
    for (const entry of this.#outbox.values()) if (entry.tries > 0) link.resent.add(entry.id);
    this.#setState('online', { clientId: link.clientId });
    if (this.#link !== link) return;
    this.#flush();
    this.#flushReads();
    this.#beat(link);
    if (this.#options.legacy) return;
    if (link.resent.size === 0) this.#sync();
    else this.#after(link, 2000, () => { link.resent.clear(); this.#sync(); });
  }

  #beat(link) {
    const quiet = Math.max(0, monotonic() - link.heardAt);
    if (quiet >= this.#options.heartbeat) this.#probe(link);
    this.#after(link, Math.max(this.#options.heartbeat - quiet, this.#options.heartbeat / 4), () => this.#beat(link));
  }

  #probe(link) {
    if (link.probe) return;
    link.probe = this.#after(link, this.#options.answerWithin, () => this.#drop(link, 0, 'no answer'));
    this.#write(link, { type: 'handshake', role: 'user' });
  }

  #receive(link, data) {
    if (this.#link !== link) return;
    link.heardAt = monotonic();
    if (link.probe) {
      this.#forget(link.probe);
      link.probe = null;
    }
    let frame;
    try { frame = JSON.parse(data); } catch { return; } // not ours
    if (frame === null || typeof frame !== 'object' || typeof frame.type !== 'string') return;
    switch (frame.type) {
      case 'handshake': this.#greeted(link, frame); return;
      case 'ping': this.#write(link, { type: 'pong' }); return;
      case 'reception': this.#arrived(frame); return;
      case 'ack': if (frame.client_msg_id !== undefined && this.#confirmed(frame)) return; break;
      case 'error': if (this.#refused(link, frame)) return; break;
      case 'token': if (frame.expires_in !== undefined) { this.#renewToken(link); return; } break;
      case 'read': this.#emit('read', { conversation: frame.conversation, seq: frame.seq, own: frame.own === 1, unread: frame.unread }); return;
      case 'typing': this.#emit('typing', { conversation: frame.conversation }); return;
      case 'recall': this.#recalled(frame); return;
      // The server could not push for a while; clients of a whole gateway are told so at once, and ask one after the other.
      case 'resync': this.#after(link, this.#options.random() * 3000, () => this.#sync()); return;
      case 'claim': this.#lookBehind(link, [frame], 0); break;
      case 'queue': this.#lookBehind(link, [frame.waiting, frame.mine].filter(Array.isArray).flat(), this.#options.holeWait); break;
    }
    if (this.#answered(frame) || OWN_EVENTS.has(frame.type)) return;
    this.#emit(frame.type, frame.type === 'error' ? new PorticoError(frame.code, frame.message) : frame);
  }

  async #renewToken(link) {
    if (typeof this.#options.token !== 'function') return; // the close with 4001 tells the page
    try {
      const token = await this.#askToken();
      if (this.#link !== link || !this.#isStill(subjectOf(token))) return;
      this.#token = token;
      await this.#ask('token', { token });
    } catch (fault) {
      if (this.#link === link) this.#emit('error', fault.code === 'token' ? fault : new PorticoError('token', fault.message));
    }
  }

  // ---- requests and their answers -------------------------------------------------------------------------------------

  async #call(type, fields, overHttp) {
    if (!this.#overHttp && !this.#options.legacy) {
      try {
        return await this.#ask(type, fields);
      } catch (fault) {
        if (fault.code !== 'unknown_type' || this.#options.api === null) throw fault;
        this.#overHttp = true;
      }
    }
    if (this.#options.api === null) throw new PorticoError('unsupported', `the server does not know ${type}`);
    return overHttp();
  }

  #ask(type, fields) {
    const link = this.#link;
    if (!link?.ready) return Promise.reject(new PorticoError('offline', 'not connected'));
    const ref = String(++this.#refs);
    return new Promise((resolve, reject) => {
      const timer = this.#after(link, this.#options.answerWithin, () => {
        this.#asked.delete(ref);
        reject(new PorticoError('timeout', `no answer to ${type}`));
      });
      this.#asked.set(ref, { type, resolve, reject, timer });
      this.#write(link, { ...fields, type, ref });
    });
  }

  #answered(frame) {
    let ref = frame.ref;
    if (ref === undefined && (frame.type === 'error' || frame.type === 'sync' || frame.type === 'online')) {
      // Servers that do not repeat ref answer in order.
      ref = [...this.#asked].find(([, request]) => frame.type === 'error' || request.type === frame.type)?.[0];
    }
    const request = this.#asked.get(ref);
    if (!request) return false;
    this.#asked.delete(ref);
    this.#forget(request.timer);
    if (frame.type === 'error') request.reject(new PorticoError(frame.code, frame.message));
    else request.resolve(frame);
    return true;
  }

  async #http(method, path, body, isRetry = false) {
    const { api, request, legacy } = this.#options;
    if (api === null) throw new PorticoError('unsupported', 'this needs the option api');
    if (!this.#token && this.#options.token) {
      const token = await this.#askToken();
      if (!this.#isStill(subjectOf(token))) throw new PorticoError('another_user', 'the token is another user\'s');
      this.#token = token;
    }
    const headers = {};
    if (this.#token) headers.Authorization = 'Bearer ' + this.#token;
    let payload = body;
    if (body instanceof URLSearchParamsLike) {
      headers['Content-Type'] = 'application/x-www-form-urlencoded';
      payload = body.toString();
    } else if (body !== undefined && !isBinary(body)) {
      headers['Content-Type'] = 'application/json';
      payload = JSON.stringify(body);
    } else if (body?.type) {
      headers['Content-Type'] = body.type;
    }
    const answer = await (request ?? usualRequest)({ method, url: api + path, headers, body: payload, timeout: this.#options.answerWithin + Math.ceil(sizeOf(payload) / SLOWEST) });
    let data = answer.data;
    if (answer.status === 401 && !isRetry && typeof this.#options.token === 'function') {
      this.#token = null; // it ended while nothing was connected
      return this.#http(method, path, body, true);
    }
    if (legacy && typeof data === 'string') {
      try { data = JSON.parse(data); } catch { data = null; } // old pages were answered JSON within JSON
    }
    if (answer.status < 200 || answer.status > 299) {
      throw new PorticoError(answer.status === 401 ? 'unauthorized' : `http_${answer.status}`, data?.detail ?? `HTTP ${answer.status}`);
    }
    if (data === null || typeof data !== 'object') throw new PorticoError('bad_answer', 'the answer is not the server\'s'); // a sign-in page of some network
    return data;
  }

  // ---- sending --------------------------------------------------------------------------------------------------------

  // One message for each receiver is under way at a time: a repeated one can then never be overtaken by the next.
  #flush(...receivers) {
    const link = this.#link;
    if (!link?.ready) return;
    for (const to of receivers.length > 0 ? receivers : [...this.#lanes.keys()]) {
      if (this.#link !== link) return;
      const [first] = this.#lanes.get(to) ?? [];
      const entry = this.#outbox.get(first);
      if (entry && entry.link === null) this.#transmit(link, entry);
    }
  }

  #transmit(link, entry) {
    entry.link = link;
    entry.tries++;
    const frame = { type: 'send', toClientUid: entry.to ?? undefined, content: entry.content, c_type: entry.type };
    if (this.#options.legacy) {
      this.#write(link, frame);
      if (this.#link !== link) return;
      this.#settle(entry);
      entry.resolve({ unconfirmed: true, clientMsgId: entry.id });
      return;
    }
    let sendings = 0;
    const sendIt = () => {
      if (++sendings > 3) {
        this.#drop(link, 0, 'no acknowledgement');
        return;
      }
      entry.timer = this.#after(link, this.#options.ackWithin, sendIt);
      this.#write(link, { ...frame, seen: entry.seen, client_msg_id: entry.id });
    };
    sendIt();
  }

  #settle(entry) {
    this.#forget(entry.timer);
    this.#outbox.delete(entry.id);
    const lane = this.#lanes.get(entry.to);
    lane?.delete(entry.id);
    if (lane?.size === 0) this.#lanes.delete(entry.to);
    this.#emit('pending', { waiting: this.#outbox.size });
    const link = this.#link;
    if (link?.resent.delete(entry.id) && link.resent.size === 0) soon(() => this.#link === link && this.#sync());
    soon(() => this.#flush(entry.to));
  }

  #confirmed(frame) {
    const entry = this.#outbox.get(frame.client_msg_id);
    if (!entry) return frame.ref === undefined; // the answer to a sending that was repeated meanwhile
    this.#settle(entry);
    const at = sentAt(frame);
    const receipt = { clientMsgId: entry.id, conversation: frame.conversation, seq: frame.seq, id: frame.primary, at, repeated: frame.repeated === 1 };
    entry.resolve(receipt);
    this.#emit('ack', receipt);
    if (isPlace(frame)) {
      // The server names what it has stored where that is not what was sent: the whole card, or what an earlier sending has left.
      const { content = asStored(entry), parts, recalled } = frame;
      this.#accept(messageOf({ ...frame, own: true, peer: entry.to, type: entry.type, content, parts, recalled, at }));
    }
    return true;
  }

  #refused(link, frame) {
    const entry = this.#outbox.get(frame.client_msg_id);
    if (!entry) return false;
    this.#forget(entry.timer);
    if (frame.retry_after > LONG_WAIT) {
      this.#fail(entry, new PorticoError('over_limit', frame.message));
    } else if (TRY_AGAIN.has(frame.code)) {
      const { retryFrom, retryTo } = this.#options;
      const wait = Math.max((frame.retry_after ?? 0) * 1000, Math.min(retryTo, retryFrom * 2 ** Math.min(entry.tries, 20)));
      entry.timer = this.#after(link, wait, () => this.#transmit(link, entry));
    } else if (frame.code === 'unbound' && (this.#options.api !== null || this.#options.bind)) {
      this.#drop(link, 0, 'not bound');
    } else {
      this.#fail(entry, new PorticoError(frame.code, frame.message));
    }
    return true;
  }

  #flushReads() {
    if (!this.#link?.ready || this.#options.legacy) return;
    for (const [conversation, read] of this.#reads) {
      if (read.done) continue;
      read.done = true;
      const fields = { conversation, seq: read.seq };
      this.#call('read', fields, () => this.#http('POST', '/api/v1/read', { ...fields, client_id: this.clientId ?? '' })).then(
        (answer) => this.#emit('read', { conversation, seq: answer.seq, own: true, unread: answer.unread }),
        () => { if (this.#reads.get(conversation) === read) read.done = false; }); // with the next connection
    }
  }

  // ---- receiving: every message once, in order of its conversation ------------------------------------------------------

  #arrived(frame) {
    const own = frame.own === 1;
    const message = messageOf({ ...frame, own, ours: own || frame.to !== undefined, author: frame.agent, peer: frame.to ?? frame.openid ?? frame.source, type: frame.c_type, at: sentAt(frame) });
    if (isPlace(message)) {
      this.#accept(message);
    } else if (message.seq === null && message.id !== undefined && !this.#seenOld.has(message.id)) {
      // An old client's frames have no numbers; text among them is HTML that the server has escaped.
      this.#seenOld.add(message.id);
      if (this.#seenOld.size > this.#options.maxHeld) this.#seenOld.delete(this.#seenOld.values().next().value);
      this.#emit('message', { ...message, html: frame.c_type === 1 });
    }
  }

  #fromLog(message, other) {
    const peer = this.#conversations.get(message.conversation)?.peer ?? other ?? null;
    const own = this.#uid !== null ? message.sender === this.#uid : peer !== null && message.sender !== peer;
    // Agents answer with one voice: what a colleague wrote is of this side, too.
    const ours = own || (peer !== null && message.recipient === peer);
    return messageOf({ ...message, primary: message.id, own, ours, author: message.sender !== peer ? message.sender : null, peer: peer ?? (own ? message.recipient : message.sender), at: message.sent_at });
  }

  #accept(message) {
    let known = this.#conversations.get(message.conversation);
    if (!known) {
      // Before the first sync nobody knows where to begin; after it a conversation nobody told of is a new one.
      known = { seen: !this.#synced ? null : this.#isListComplete ? 0 : message.seq - 1, peer: null, held: new Map(), asked: 0 };
      this.#conversations.set(message.conversation, known);
    }
    known.peer ??= message.peer ?? (message.own ? '' : null); // who need not say to whom he writes has the agents before him
    if (known.seen !== null && message.seq <= known.seen) return;
    const held = known.held.get(message.seq);
    if (held) held.clientMsgId ??= message.clientMsgId;
    else if (known.held.size < this.#options.maxHeld) known.held.set(message.seq, message); // one too many comes again with the sync
    this.#deliver(known);
  }

  #deliver(known) {
    if (known.seen === null) return;
    while (known.held.has(known.seen + 1) && known.peer !== null) {
      const message = known.held.get(++known.seen);
      known.held.delete(known.seen);
      known.asked = 0;
      message.peer = known.peer;
      this.#emit('message', message);
    }
    if (known.held.size > 0 && this.#synced && this.#syncTimer === null && this.#link?.ready) {
      // A hole that no answer fills is asked for less and less often.
      const wait = known.peer === null && known.asked === 0 ? 0 : Math.min(this.#options.retryTo, this.#options.holeWait * 2 ** Math.min(known.asked, 20));
      known.asked++;
      this.#syncTimer = setTimeout(() => { this.#syncTimer = null; this.#sync(); }, wait);
    }
  }

  #recalled(frame) {
    const held = this.#conversations.get(frame.conversation)?.held.get(frame.seq);
    if (held) Object.assign(held, { recalled: true, content: '', parts: null });
    this.#emit('recall', { conversation: frame.conversation, seq: frame.seq });
  }

  #conversationWith(peer) {
    for (const [id, known] of this.#conversations) if (known.peer === peer) return id;
    return null;
  }

  // Sent with a message: what comes between writing and storing, as after a lost connection, nobody has read by that.
  #seenWith(peer) {
    return this.#conversations.get(this.#conversationWith(peer))?.seen ?? 0;
  }

  #whenOnline() {
    if (this.#link?.ready) return Promise.resolve();
    if (this.#isOver) return Promise.reject(new PorticoError('closed', 'closed by the page'));
    return new Promise((resolve, reject) => {
      const off = this.on('state', ({ state, reason }) => {
        if (state !== 'online' && state !== 'closed') return;
        off();
        if (state === 'online') resolve();
        else reject(new PorticoError('offline', reason));
      });
    });
  }

  #whenSynced() {
    if (this.#synced || this.#options.legacy) return Promise.resolve();
    return new Promise((resolve, reject) => this.#syncWaiters.push({ resolve, reject }));
  }

  async #sync() {
    const link = this.#link;
    if (!link?.ready) return;
    if (this.#syncing) {
      this.#syncAgain = true;
      return;
    }
    this.#syncing = true;
    try {
      do {
        this.#syncAgain = false;
        await this.#syncOnce();
      } while (this.#syncAgain && this.#link === link);
      link.syncTries = 0;
      for (const known of this.#conversations.values()) if (known.held.size > 0) this.#deliver(known); // the answer may not have named it
    } catch (fault) {
      if (fault.code === 'unsupported') this.#goWithoutSync();
      else if (this.#link === link) {
        const wait = Math.min(this.#options.retryTo, this.#options.retryFrom * 2 ** (link.syncTries = (link.syncTries ?? 0) + 1));
        this.#after(link, wait, () => this.#sync());
      }
    } finally {
      this.#syncing = false;
      if (this.#link !== link && this.#link?.ready && this.#link.resent.size === 0) this.#sync(); // another connection began meanwhile
    }
  }

  async #syncOnce() {
    const named = [...this.#conversations].filter(([, known]) => known.seen !== null);
    for (let from = 0; from === 0 || from < named.length; from += MOST_NAMED) {
      const conversations = Object.fromEntries(named.slice(from, from + MOST_NAMED).map(([id, known]) => [id, known.seen]));
      const fields = { conversations, limit: this.#options.pageLength };
      const answer = await this.#call('sync', fields, () => this.#http('POST', '/api/v1/sync', fields));
      const pages = Object.entries(answer.conversations ?? {}).filter(([, page]) => isPage(page));
      const isFirst = !this.#synced;
      if (isFirst) this.#isListComplete = pages.length < MOST_NAMED;
      for (const [id, page] of pages) if (this.#apply(id, page, id in conversations, isFirst)) this.#syncAgain = true;
      if (isFirst) this.#begin();
    }
  }

  // An agent is not told what is written while a colleague holds a conversation; what comes to him then, or waits again, names its last number.
  // A push may still be under way, so that is looked at after a while.
  #lookBehind(link, entries, wait) {
    if (entries.length === 0 || !this.#synced) return; // the first sync asks for all of them
    this.#after(link, wait, () => {
      for (const { conversation: id, last_seq: last = LATEST } of entries.filter((entry) => typeof entry?.conversation === 'string' && entry.conversation !== '')) {
        if (last > this.#seenOf(id)) this.#behind.add(id);
      }
      this.#catchUp().catch(() => { /* it is tried again, or the next connection asks for it */ });
    });
  }

  // Of a conversation that is not known all is new, unless the list of those there were was too long to be complete.
  #seenOf(id) { return this.#conversations.get(id)?.seen ?? (this.#isListComplete ? 0 : LATEST); }

  // One at a time, and all that are behind together. What there is more comes as events.
  async #catchUp(id = null) {
    if (id !== null) this.#behind.add(id);
    while (this.#catching) await this.#catching.catch(() => { /* who asked for it knows */ });
    if (this.#behind.size === 0 || (id !== null && !this.#behind.has(id))) return;
    this.#catching = this.#fetchBehind();
    try {
      await this.#catching;
    } finally {
      this.#catching = null;
    }
  }

  async #fetchBehind() {
    const link = this.#link;
    while (this.#behind.size > 0) {
      const ids = [...this.#behind].slice(0, MOST_NAMED);
      const fields = { conversations: Object.fromEntries(ids.map((id) => [id, this.#seenOf(id)])), only: 1, limit: this.#options.pageLength };
      let answer;
      try {
        answer = await this.#call('sync', fields, () => ({}));
      } catch (fault) {
        if (link && this.#link === link && (fault.code === 'timeout' || TRY_AGAIN.has(fault.code))) {
          this.#after(link, this.#options.retryFrom, () => this.#catchUp().catch(() => { /* and again */ }));
        } else {
          this.#behind.clear(); // the next connection asks for all of them
        }
        throw fault;
      }
      for (const id of ids) {
        const page = answer.conversations?.[id];
        if (!isPage(page) || !this.#apply(id, page, true, false)) this.#behind.delete(id);
      }
    }
  }

  // Whether there is more than the page holds.
  #apply(id, page, wasNamed, isFirst) {
    let known = this.#conversations.get(id);
    if (!known) {
      known = { seen: null, peer: null, held: new Map(), asked: 0 };
      this.#conversations.set(id, known);
    }
    known.peer ??= page.peer ?? null;
    let hasMore = wasNamed && page.more === true;
    if (known.seen === null) {
      // It begins with what came already as an event; what is older is history()'s.
      known.seen = isFirst || !this.#isListComplete ? Math.min(page.last_seq, ...[...known.held.keys()].map((seq) => seq - 1)) : 0;
      hasMore ||= !wasNamed && known.seen < page.last_seq;
    }
    if (wasNamed && page.kept_from > known.seen + 1) {
      const gap = { conversation: id, from: known.seen + 1, to: page.kept_from - 1 };
      known.seen = gap.to;
      for (const seq of [...known.held.keys()]) if (seq <= known.seen) known.held.delete(seq);
      this.#emit('gap', gap);
    }
    // First how far it was read, so that who counts what is unread counts right.
    this.#emit('conversation', { conversation: id, peer: known.peer, lastSeq: page.last_seq, read: page.read, peerRead: page.peer_read, keptFrom: page.kept_from });
    for (const message of page.messages ?? []) if (isPlace(message)) this.#accept(this.#fromLog(message));
    this.#deliver(known);
    return hasMore;
  }

  #begin() {
    this.#synced = true;
    for (const known of this.#conversations.values()) {
      if (known.seen === null) known.seen = 0;
      this.#deliver(known);
    }
    this.#syncWaiters.splice(0).forEach(({ resolve }) => resolve());
  }

  // A server without sync and no HTTP: what comes is passed on as it comes.
  #goWithoutSync() {
    for (const known of this.#conversations.values()) {
      const seqs = [...known.held.keys()].sort((a, b) => a - b);
      if (seqs.length > 0) known.seen = seqs[0] - 1;
      known.peer ??= '';
      for (const seq of seqs) if (known.held.has(seq)) { known.seen = seq - 1; this.#deliver(known); }
    }
    this.#begin();
  }

  #setState(state, detail = {}) {
    if (this.#state === state && state !== 'offline') return;
    this.#state = state;
    this.#emit('state', { state, ...detail });
  }

  #emit(name, value) {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(value);
      } catch (fault) {
        setTimeout(() => { throw fault; }); // the page's own fault: shown as such, and no message is lost for it
      }
    }
  }
}

/** Follows the network and whether the page is seen, so that a phone that wakes up is connected at once. Returns how to stop. */
export function wakeWithPage(portico, page = globalThis) {
  const wake = () => { if (page.document?.visibilityState !== 'hidden') portico.wake(); };
  const doubt = () => { if (portico.state === 'online') portico.wake(); }; // a system that says it has no network is right most of the time
  if (page.document === undefined && typeof wx !== 'undefined') {
    const networked = ({ isConnected }) => { if (isConnected) portico.wake(); else doubt(); };
    wx.onAppShow?.(wake);
    wx.onNetworkStatusChange?.(networked);
    return () => { wx.offAppShow?.(wake); wx.offNetworkStatusChange?.(networked); };
  }
  const events = [[page, 'online', wake], [page, 'offline', doubt], [page, 'pageshow', wake], [page.document, 'visibilitychange', wake]];
  events.forEach(([target, name, action]) => target?.addEventListener?.(name, action));
  return () => events.forEach(([target, name, action]) => target?.removeEventListener?.(name, action));
}

/**
 * Keeps what is not confirmed in a storage (sessionStorage: over a reload of this tab), at each change, and sends now what an earlier page of
 * the same user left there, with its id, so that it is stored once. Of another user's nothing is sent. Returns how to stop.
 */
export function keepPending(portico, name, uid, storage = null) {
  let kept = null;
  try {
    storage ??= globalThis.sessionStorage; // only to ask for it is forbidden where cookies are
    kept = JSON.parse(storage.getItem(name));
  } catch { /* nothing kept, or nowhere to keep it */ }
  const save = (list) => {
    try {
      if (list.length > 0) storage.setItem(name, JSON.stringify({ uid, list }));
      else storage.removeItem(name);
    } catch { /* full, or private: it lives in the page alone */ }
  };
  let timer = null;
  const saveNow = () => {
    clearTimeout(timer);
    timer = null;
    save(portico.pending);
  };
  const off = portico.on('pending', ({ waiting }) => {
    if (waiting < 50) saveNow();
    else timer ??= setTimeout(saveNow, 200); // a long list costs too much to write at each message
  });
  globalThis.addEventListener?.('pagehide', saveNow);
  const offState = portico.on('state', ({ state, reason }) => {
    if (state !== 'closed' || reason !== 'another user') return;
    saveNow(); // it waits for its writer to come back
    stop();
  });
  if (kept?.uid === uid && Array.isArray(kept.list)) {
    for (const { id, to, content, type } of kept.list) portico.send(to, content, { type, id }).catch(() => { /* told by the event failed */ });
  } else {
    save(portico.pending);
  }
  return stop;

  function stop() {
    off();
    offState();
    clearTimeout(timer);
    globalThis.removeEventListener?.('pagehide', saveNow);
  }
}

// Milliseconds that no change of the wall clock moves.
const monotonic = () => (typeof performance !== 'undefined' && performance.now ? performance.now() : Date.now());

const soon = (action) => { Promise.resolve().then(action); };

// The one shape of a message, whatever it came with: a push, an acknowledgement, a sync or a page of the history.
const messageOf = ({ primary, conversation, seq, own, ours = own, author, peer, type, content, parts, at, recalled, client_msg_id }) => ({
  id: primary, conversation: conversation ?? null, seq: seq ?? null, own, ours, author: own ? null : author ?? null, peer: peer ?? null, type,
  content, parts: parts ?? null, at, recalled: recalled === true, clientMsgId: client_msg_id ?? null,
});

// Servers from before `sent_at` say the second.
const sentAt = (frame) => frame.sent_at ?? frame.timestamp * 1000;

// Whether it names a message of a conversation.
const isPlace = ({ conversation, seq }) => typeof conversation === 'string' && Number.isSafeInteger(seq) && seq > 0;

// A copy: what the caller changes afterwards is not sent.
const asSent = (content) => (typeof content !== 'object' ? (JSON.stringify(content), content) : JSON.parse(JSON.stringify(content) ?? 'null'));

// The server keeps a number in a text message as text.
const asStored = ({ content, type }) => (type === 1 && typeof content === 'number' ? String(content) : content);

const isPage = (page) => page !== null && typeof page === 'object' && Number.isSafeInteger(page.last_seq) && Number.isSafeInteger(page.kept_from);

// WeChat has no URLSearchParams.
class URLSearchParamsLike {
  constructor(fields) { this.fields = fields; }

  toString() { return Object.entries(this.fields).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&'); }
}

function isBinary(body) {
  return (typeof Blob !== 'undefined' && body instanceof Blob) || body instanceof ArrayBuffer;
}

const sizeOf = (body) => (isBinary(body) ? body.size ?? body.byteLength : 0);

/** The uid in a token, only to tell own messages from others'; who may do what is the server's to decide. */
function subjectOf(token) {
  try {
    const base64 = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).sub ?? null;
  } catch {
    return null; // no JWT, or no atob (WeChat): the handshake names the uid
  }
}

function usualSocket(url, protocols) {
  if (typeof WebSocket !== 'undefined') return new WebSocket(url, protocols);
  if (typeof wx === 'undefined') throw new TypeError('there is no WebSocket here: pass the option socket');
  const task = wx.connectSocket({ url, protocols, fail: (fault) => socket.onclose?.({ code: 1006, reason: fault?.errMsg ?? '' }) });
  const socket = {
    onopen: null, onmessage: null, onclose: null, onerror: null,
    send: (data) => task.send({ data, fail: () => socket.onclose?.({ code: 1006, reason: 'send failed' }) }),
    close: (code, reason) => task.close({ code, reason }),
  };
  task.onOpen(() => socket.onopen?.());
  task.onMessage((event) => socket.onmessage?.(event));
  task.onClose((event) => socket.onclose?.(event));
  task.onError((event) => socket.onclose?.({ code: 1006, reason: event?.errMsg ?? '' }));
  return socket;
}

async function usualRequest({ method, url, headers, body, timeout }) {
  if (typeof fetch === 'undefined') return weChatRequest({ method, url, headers, body, timeout });
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  try {
    const answer = await fetch(url, { method, headers, body, signal: stop.signal, credentials: headers.Authorization ? 'omit' : 'include' });
    const text = await answer.text();
    let data = null;
    try { data = text ? JSON.parse(text) : null; } catch { /* the status says enough */ }
    return { status: answer.status, data };
  } catch (fault) {
    throw new PorticoError('offline', String(fault?.message ?? fault));
  } finally {
    clearTimeout(timer);
  }
}

function weChatRequest({ method, url, headers, body, timeout }) {
  return new Promise((resolve, reject) => {
    wx.request({
      method, url, header: headers, data: body, timeout,
      success: (answer) => resolve({ status: answer.statusCode, data: answer.data }),
      fail: (fault) => reject(new PorticoError('offline', fault?.errMsg)),
    });
  });
}
