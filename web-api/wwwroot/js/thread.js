// One conversation: what was said, what is being sent, and the line to write in.
import { connectionBanner } from './banner.js';
import { Composer } from './composer.js';
import { MessageList } from './messages.js';
import { Outgoing } from './outgoing.js';
import { Scroller } from './scroller.js';
import { el, emptyState, faultText, openDialog, t } from './ui.js';

const TYPING_SHOWN = 4_000;
const MOST_SHOWN = 600; // messages, while one looks at the end
const FEWEST_SHOWN = 200;

export class Thread {
  #client; #peer; #card; #list; #outgoing; #scroller; #composer; #older; #empty; #typing; #footer = null;
  #live = false; #loading = false; #more = false; #forgotten = 0; #off = []; #typingTimer = null;

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
    this.#card = card;
    this.conversation = conversation;
    this.#list = new MessageList({ name, peerRead, takeBack: (item) => this.#askToTakeBack(item), editAgain: (text) => { this.#composer.insert(text); } });
    this.#composer = new Composer({ draftName: `portico_draft_${who ?? ''}_${peer}`, pictures, tools, on: {
      text: (text) => this.#outgoing.send(text, 1),
      pictures: (files) => this.#outgoing.sendPictures(files),
      card: card ? () => this.sendCard() : null,
      writing: () => { if (this.conversation !== null) client.typing(this.conversation); },
      notice: (text) => this.#notice(text),
    } });
    this.#build();
    if (pictures) this.#composer.takeDrops(this.element);
    this.#listen();
    this.#outgoing = new Outgoing(client, to, this.#list, {
      added: () => { this.#changed(); this.#scroller.toEnd(); },
      changed: () => this.#changed(),
      decided: () => { this.#changed(); this.focus(); },
    });
    this.#load();
  }

  /** With a finger the line to write in is not focused, since that opens the keyboard over what one came to read. */
  focus() {
    const hasFinger = matchMedia('(hover: none) and (pointer: coarse)').matches;
    if (this.#footer !== null) (this.#footer.querySelector('button') ?? this.#footer).focus({ preventScroll: true });
    else if (hasFinger) this.element.focus({ preventScroll: true });
    else this.#composer.focus();
  }

  /** The page shows it (again): what stands there is read now. */
  shown() {
    this.#scroller.toEnd();
    this.#markRead();
  }

  /** Puts words into the line to write in, after what stands there. */
  insert(text) { this.#composer.insert(text); }

  /** Nothing is being written. */
  get isIdle() { return this.#composer.isEmpty; }

  /** What stands in place of the line to write in; null: one may write. */
  setFooter(element) {
    this.#footer?.remove();
    this.#footer = element;
    element?.setAttribute('tabindex', '-1');
    this.#composer.element.hidden = element !== null;
    if (element) this.#composer.element.before(element);
  }

  /** A line among the messages that is none. */
  note(text) {
    this.#list.addNotice('n:' + this.#client.newId(), this.#list.last + .5, text);
    this.#changed();
    this.#scroller.toEnd();
  }

  sendCard() {
    const { id, title, image, url } = this.#card;
    this.#outgoing.send({ id, title, image, url }, 2); // the server takes the id alone and looks up the rest; until then, and after a reload, this is shown
  }

  close() {
    this.#off.forEach((off) => off());
    clearTimeout(this.#typingTimer);
    this.#outgoing.close();
    this.#list.close();
    this.#scroller.close();
    this.#composer.close();
    this.element.remove();
  }

  #build() {
    this.#older = el('button', { class: 'plain small', type: 'button', hidden: true, onclick: () => this.#load() }, t('older'));
    this.#empty = emptyState('chat', t('emptyThread'), t('emptyThreadHint'));
    this.#empty.hidden = true;
    this.#scroller = new Scroller([this.#older, this.#empty, this.#list.element], {
      reachedTop: () => { if (this.#more) this.#load(); }, reachedEnd: () => this.#markRead(),
      onJump: () => { this.#trim(); this.focus(); },
    });
    this.#typing = el('p', { class: 'typing', role: 'status' });
    const banner = connectionBanner(this.#client);
    this.#off.push(banner.close);
    this.element = el('section', { class: 'thread', tabindex: '-1', 'aria-label': t('messages') }, banner.element, this.#scroller.element, this.#typing, this.#composer.element);
  }

  #listen() {
    const client = this.#client;
    const mine = (value) => this.conversation !== null && value.conversation === this.conversation;
    const seen = () => this.#markRead();
    this.#off.push(
      client.on('message', (message) => { if (mine(message) || (this.conversation === null && message.peer === this.#peer)) this.#arrived(message); }),
      client.on('ack', (receipt) => this.#confirmed(receipt)),
      client.on('read', (read) => { if (mine(read) && !read.own) this.#list.readUpTo(read.seq); }),
      client.on('conversation', (told) => { if (told.peer === this.#peer || mine(told)) { this.conversation ??= told.conversation; this.#list.readUpTo(told.peerRead); } }),
      client.on('recall', (recall) => { if (mine(recall)) this.#recalled(recall.seq); }),
      client.on('typing', (typing) => { if (mine(typing)) this.#notice(t('typing'), TYPING_SHOWN); }),
      client.on('gap', (gap) => { if (mine(gap)) this.#addGap(gap.to); }),
      () => document.removeEventListener('visibilitychange', seen));
    document.addEventListener('visibilitychange', seen);
  }

  // ---- what there is

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    this.#older.disabled = true;
    this.#older.textContent = t('loadingOlder');
    this.#older.hidden = false;
    this.#scroller.log.setAttribute('aria-busy', 'true'); // what was said long ago is not read out
    try {
      const { first } = this.#list;
      const page = await this.#client.history(this.#peer, { conversation: this.conversation, ...(first !== null && this.#live ? { before: first } : {}) });
      const add = () => {
        for (const message of page.messages) this.#add(message, false);
        if (!page.more && page.keptFrom > 1) {
          this.#forgotten = page.keptFrom - 1;
          this.#addGap(this.#forgotten);
        }
        this.#more = page.more;
        this.#older.hidden = !page.more;
        this.#older.textContent = t('older');
      };
      if (this.#live) this.#scroller.keepPlace(add);
      else add();
      if (!this.#live) this.#scroller.toEnd();
      this.#live = true;
      this.#changed();
      this.#markRead();
    } catch (fault) {
      this.#older.hidden = false;
      this.#older.textContent = t('retry');
      if (fault.code !== 'closed') this.#notice(t('cannot', faultText(fault)));
    } finally {
      this.#loading = false;
      this.#older.disabled = false;
      this.#scroller.log.removeAttribute('aria-busy');
    }
  }

  #add(message, isLive) {
    this.conversation ??= message.conversation;
    return this.#list.add(message, isLive);
  }

  #arrived(message) {
    if (!this.#add(message, true)) return;
    this.#changed();
    if (!message.ours) this.#typing.textContent = '';
    if (this.#scroller.isAtEnd || message.own) {
      this.#trim();
      this.#scroller.toEnd();
    } else if (!message.ours) {
      this.#scroller.miss();
    }
    if (!message.ours) this.#markRead();
  }

  // A console that is open all day does not grow all day; what is let go of is loaded again when one looks there.
  #trim() {
    if (this.#loading || !this.#list.trim(MOST_SHOWN, FEWEST_SHOWN)) return;
    this.#more = true;
    this.#older.hidden = false;
  }

  #confirmed(receipt) {
    if (!this.#list.has('p:' + receipt.clientMsgId)) return;
    this.conversation ??= receipt.conversation;
    this.#list.confirm(receipt);
    this.#changed();
  }

  // It stands where the messages stood that are gone.
  #addGap(to) {
    this.#list.addNotice('g:' + to, to + .5, t('gap'));
    this.#changed();
  }

  #changed() {
    this.#empty.hidden = this.#list.size > 0 || !this.#live;
    this.#list.tick();
  }

  #markRead() {
    const isSeen = document.visibilityState === 'visible' && this.element.getClientRects().length > 0 && !this.silent && this.#scroller.isAtEnd;
    const lastTheirs = Math.max(this.#list.lastTheirs, this.#forgotten); // what is no longer kept cannot be read later
    if (isSeen && lastTheirs > 0 && this.conversation !== null) this.#client.markRead(this.conversation, lastTheirs);
  }

  #recalled(seq) {
    if (this.#list.recall(seq)) this.focus();
  }

  // A stray thumb does not do it.
  #askToTakeBack(item) {
    const dialog = openDialog(t('recallAsk'), [el('p', {}, t('recallAskText')), el('div', { class: 'actions' },
      el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, t('cancel')),
      el('button', { type: 'button', class: 'primary', onclick: () => { dialog.close(); this.#takeBack(item); } }, t('recall')))]);
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

  // ---- what is told below

  #notice(text, shownFor = 2 * TYPING_SHOWN) {
    this.#typing.textContent = text;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => { this.#typing.textContent = ''; }, shownFor);
  }
}
