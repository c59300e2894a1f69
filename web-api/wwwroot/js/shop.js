import { Inbox, inboxButton } from './inbox.js';
import { openedStep } from './opened.js';
import { openSession } from './session.js';
import { productStrip } from './product-strip.js';
import { Thread } from './thread.js';
import { avatar, el, emptyState, faultText, header, iconButton, presenceOf, showUnread, statusOf, t, webAddress } from './ui.js';

let drawer = null;
const isNarrow = matchMedia('(max-width: 62rem)');
isNarrow.addEventListener('change', layer);
let who = null;
document.title = t('shop') + ' · Portico';
const main = el('main', { class: 'page', id: 'content', tabindex: '-1' });
try {
  const session = await openSession('U_1');
  const { client } = session;
  const opened = openedStep((id) => show(id));
  who = session.uid;
  const products = await (await fetch('/demo/products.json')).json();
  const mine = inboxButton((entry) => { opened.set(entry.peer); show(entry.peer); });
  const counts = new Map(); // merchant -> the badges on the merchant's products
  const inbox = new Inbox(client, () => {
    mine.show(inbox);
    for (const [merchant, badges] of counts) for (const badge of badges) showUnread(badge, inbox.unreadOf(merchant));
    document.title = `${inbox.unread ? `(${inbox.unread}) ` : ''}${t('shop')} · Portico`;
  });
  document.body.append(header(t('shop'), { who, status: statusOf(client), tools: [mine.element] }), main);
  main.append(el('div', { class: 'hero' }, el('p', { class: 'display' }, t('teaHouse')), el('p', { class: 'lead' }, t('shopLead'))), el('h2', { class: 'sr' }, t('products')), el('ul', { class: 'tiles section shelf' }, products.map((product) => {
    const ask = el('button', { type: 'button', class: 'primary', 'aria-label': `${t('ask')}: ${product.title}`, onclick: () => { opened.set(product.id); openChat(client, product, ask, close); } }, t('ask'));
    const badge = el('span', { class: 'badge', role: 'img', hidden: true });
    counts.set(product.merchant, [...counts.get(product.merchant) ?? [], badge]);
    return el('li', { class: 'tile goods' }, badge, el('img', { src: webAddress(product.image), alt: '', width: '400', height: '300' }), el('div', {}, el('h3', {}, product.title), el('p', { class: 'price' }, '¥ ' + product.price), ask));
  })));
  if (opened.isFresh) opened.start(Number(new URLSearchParams(location.search).get('pid')) || null);
  show(opened.value);

  function close() {
    drawer?.hide();
    opened.set(null);
  }

  function show(id) {
    // A product, or a merchant from the list of conversations.
    const product = products.find((one) => one.id === id) ?? (typeof id === 'string' ? { merchant: id, title: null } : null);
    if (product) openChat(client, product, null, close);
    else drawer?.hide();
  }
} catch (fault) {
  document.body.append(main);
  main.append(el('div', { role: 'alert' }, emptyState('close', t('cannot', faultText(fault)))));
}

// Beside the products where there is room; over them where there is not, and then nothing behind it can be reached.
function layer() {
  for (const part of document.querySelectorAll('body > header, body > main')) part.inert = drawer !== null && isNarrow.matches;
}

function openChat(client, product, opener, close) {
  drawer?.hide();
  const thread = new Thread(client, { peer: product.merchant, card: product.id ? product : null, who, name: product.merchant });
  const presence = presenceOf(client, product.merchant);
  const element = el('div', { class: 'drawer', role: 'dialog', 'aria-label': `${t('ask')}: ${product.merchant}`, onkeydown: (event) => { if (event.key === 'Escape' && !event.isComposing) close(); } },
    el('div', { class: 'bar' }, avatar(product.merchant), el('div', { class: 'who' }, el('h2', {}, product.merchant), presence.element), statusOf(client, { isQuiet: true }), iconButton('close', t('close'), close)),
    product.id ? productStrip(product, thread) : null, thread.element);
  drawer = { hide: () => {
    thread.close();
    presence.close();
    element.remove();
    drawer = null;
    delete document.body.dataset.drawer;
    layer();
    (opener ?? main).focus();
  } };
  document.body.append(element);
  document.body.dataset.drawer = '';
  layer();
  thread.focus();
}
