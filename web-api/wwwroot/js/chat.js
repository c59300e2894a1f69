// push/push/chat?pid=: one product and the conversation with its merchant. The server has written the history into the page already; the
// live conversation takes its place.
import { openSession } from './session.js';
import { Thread, productStrip } from './thread.js';
import { avatar, el, languageButton, statusOf, t, themeButton } from './ui.js';

const { pid, merchant, title, image, url } = document.body.dataset;
const product = { id: Number(pid), title, image, url };
const { client } = await openSession(null);
const thread = new Thread(client, { peer: merchant, card: product });
document.body.classList.add('fill');
document.body.replaceChildren(el('main', { class: 'alone' },
  el('header', { class: 'bar' }, avatar(merchant), el('h1', {}, merchant), statusOf(client), languageButton(), themeButton()), productStrip(product, thread), thread.element));
thread.focus();
