// The conversations of one person: what was written last in each, and what is unread. Followed live, so that an answer is noticed wherever one is.
import { avatar, el, emptyState, iconButton, openDialog, setText, shortTime, showUnread, summaryOf, t } from './ui.js';

const PAGE = 100; // conversations in one question
const MOST = 2000;

export class Inbox {
  #client; #changed; #isDue = false;
  /** By conversation: `{ conversation, peer, unread, at, last, read, peerRead, text }`. */
  all = new Map();

  /** @param changed called once for all that changed together */
  constructor(client, changed) {
    this.#client = client;
    this.#changed = changed;
    client.on('message', (message) => this.#arrived(message));
    client.on('read', (read) => this.#read(read));
    client.on('recall', ({ conversation, seq }) => {
      const entry = this.all.get(conversation);
      if (entry?.last !== seq) return;
      entry.text = t('recalled');
      this.#tell();
    });
    client.on('conversation', (told) => {
      const entry = this.know(told.conversation, told.peer);
      entry.peerRead = Math.max(entry.peerRead, told.peerRead ?? 0);
      entry.read = Math.max(entry.read, told.read ?? 0);
    });
    client.on('state', ({ state }) => { if (state === 'online') this.#load(); });
    if (client.state === 'online') this.#load();
  }

  get unread() { return [...this.all.values()].reduce((sum, entry) => sum + entry.unread, 0); }
  /** Newest first. */
  get list() { return [...this.all.values()].filter((entry) => entry.at > 0).sort((a, b) => b.at - a.at); }

  unreadOf(peer) { return [...this.all.values()].find((entry) => entry.peer === peer)?.unread ?? 0; }

  know(conversation, peer) {
    let entry = this.all.get(conversation);
    if (!entry) this.all.set(conversation, entry = { conversation, peer, unread: 0, at: 0, last: 0, read: 0, peerRead: 0, text: '' });
    entry.peer ??= peer;
    return entry;
  }

  #arrived(message) {
    const entry = this.know(message.conversation, message.peer);
    Object.assign(entry, { at: message.at, text: summaryOf(message), last: message.seq });
    if (message.own) entry.read = Math.max(entry.read, message.seq); // who answers has read
    else if (message.seq > entry.read) entry.unread++;
    this.#tell();
  }

  #read(read) {
    const entry = this.all.get(read.conversation);
    if (!entry) return;
    if (read.own) Object.assign(entry, { unread: read.unread ?? 0, read: Math.max(entry.read, read.seq) });
    else entry.peerRead = Math.max(entry.peerRead, read.seq);
    this.#tell();
  }

  async #load() {
    try {
      for (let offset = 0; offset <= MOST; offset += PAGE) {
        const page = await this.#client.conversations({ limit: PAGE, offset });
        for (const row of page.conversations) {
          const entry = this.know(row.conversation, row.peer);
          if (row.last && row.last_at >= entry.at) Object.assign(entry, { text: summaryOf(row.last), last: row.last.seq });
          Object.assign(entry, { unread: row.unread, at: Math.max(entry.at, row.last_at), read: Math.max(entry.read, row.read), peerRead: Math.max(entry.peerRead, row.peer_read) });
        }
        this.#changed();
        if (!page.more) return;
      }
    } catch { /* the next connection asks again */ }
  }

  #tell() {
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => {
      this.#isDue = false;
      this.#changed();
    });
  }
}

/**
 * A button with the number of unread messages; it opens the list of the conversations.
 * @param choose called with the conversation that is chosen
 */
export function inboxButton(choose) {
  const badge = el('span', { class: 'badge', 'aria-hidden': 'true', hidden: true });
  const button = iconButton('chat', t('myChats'), () => open());
  button.classList.add('inbox');
  button.append(badge);
  let inbox = null;
  let shown = null;
  return { element: button, show };

  function show(of) {
    inbox = of;
    showUnread(badge, inbox.unread);
    button.setAttribute('aria-label', inbox.unread > 0 ? `${t('myChats')}, ${t('unread', inbox.unread)}` : t('myChats'));
    shown?.replaceChildren(...rows());
  }

  function open() {
    shown = el('ul', { class: 'people' });
    shown.replaceChildren(...rows());
    const dialog = openDialog(t('myChats'), inbox === null || inbox.list.length === 0 ? emptyState('chat', t('none'), t('noneYet')) : shown);
    shown.addEventListener('click', (event) => {
      const row = event.target.closest('[data-conversation]');
      if (!row) return;
      dialog.close();
      choose(inbox.all.get(row.dataset.conversation));
    });
    dialog.addEventListener('close', () => { shown = null; });
  }

  function rows() {
    return (inbox?.list ?? []).map((entry) => {
      const count = el('span', { class: 'badge', role: 'img' });
      showUnread(count, entry.unread);
      const text = el('small');
      setText(text, entry.text || ' ');
      return el('li', {}, el('button', { type: 'button', class: 'person', 'data-conversation': entry.conversation },
        avatar(entry.peer), el('span', { class: 'who' }, el('strong', {}, entry.peer), text), el('span', { class: 'side' }, el('time', {}, shortTime(entry.at)), count)));
    });
  }
}
