// push/push/chat?pid=: one product and the conversation with its merchant. The server has written the history into the page already; the
// live conversation takes its place.
import { openSession } from './session.js';
import { productStrip } from './product-strip.js';
import { Thread } from './thread.js';
import { avatar, el, languageButton, presenceOf, skipLink, statusOf, themeButton } from './ui.js';

const { pid, merchant, title, image, url } = document.body.dataset;
const product = { id: Number(pid), title, image, url };
const { client, uid } = await openSession(null);
const thread = new Thread(client, { peer: merchant, card: product, who: uid, name: merchant });
const presence = presenceOf(client, merchant);
document.body.classList.add('fill');
document.body.replaceChildren(el('header', { class: 'bar alone' }, skipLink(), avatar(merchant), el('div', { class: 'who' }, el('h1', {}, merchant), presence.element), statusOf(client, { isQuiet: true }), languageButton(), themeButton()),
  el('main', { class: 'alone', id: 'content', tabindex: '-1' }, productStrip(product, thread), thread.element));
thread.focus();
