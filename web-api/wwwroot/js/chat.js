// push/push/chat?pid=: one product and the conversation with its merchant. The server has written the history into the page already; the
// live conversation takes its place.
import { Inbox, inboxButton } from './inbox.js';
import { openSession } from './session.js';
import { productStrip } from './product-strip.js';
import { Thread } from './thread.js';
import { avatar, el, iconButton, languageButton, presenceOf, skipLink, statusOf, t, themeButton } from './ui.js';

const { pid, merchant, title, image, url } = document.body.dataset;
const product = { id: Number(pid), title, image, url };
const { client, uid } = await openSession(null);
const main = el('main', { class: 'alone', id: 'content', tabindex: '-1' });
const mine = inboxButton(({ peer }) => show(peer));
const inbox = new Inbox(client, () => {
  mine.show(inbox);
  document.title = `${inbox.unread ? `(${inbox.unread}) ` : ''}${title}`;
});
const status = statusOf(client, { isQuiet: true });
let open = null; // { thread, presence, bar }
document.body.classList.add('fill');
document.body.replaceChildren(main);
show(merchant);

// The product's merchant, or another whom this buyer has written to.
function show(peer) {
  open?.thread.close();
  open?.presence.close();
  open?.bar.remove();
  const card = peer === merchant ? product : null;
  const thread = new Thread(client, { peer, card, who: uid, name: peer });
  const presence = presenceOf(client, peer);
  const back = peer === merchant ? null : iconButton('back', t('back'), () => show(merchant));
  const bar = el('header', { class: 'bar alone' }, skipLink(), back, avatar(peer), el('div', { class: 'who' }, el('h1', {}, peer), presence.element), status, mine.element, languageButton(), themeButton());
  open = { thread, presence, bar };
  main.before(bar);
  main.replaceChildren(...[card ? productStrip(card, thread) : null, thread.element].filter(Boolean));
  thread.focus();
}
