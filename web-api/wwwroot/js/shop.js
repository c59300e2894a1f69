import { openSession } from './session.js';
import { Thread, productStrip } from './thread.js';
import { avatar, el, emptyState, header, iconButton, statusOf, t, webAddress } from './ui.js';

let drawer = null;
let who = null;
document.title = t('shop') + ' · Portico';
const main = el('main', { class: 'page' });
try {
  const session = await openSession('U_1');
  const { client } = session;
  who = session.uid;
  const products = await (await fetch('/demo/products.json')).json();
  document.body.append(header(t('shop'), { who, status: statusOf(client) }), main);
  main.append(el('p', { class: 'lead' }, t('shopLead')), el('h2', { class: 'sr' }, t('products')), el('ul', { class: 'tiles section shelf' }, products.map((product) => {
    const ask = el('button', { type: 'button', class: 'primary', onclick: () => openChat(client, product, ask) }, t('ask'));
    return el('li', { class: 'tile goods' }, el('img', { src: webAddress(product.image), alt: '', width: '400', height: '300' }), el('div', {}, el('h3', {}, product.title), el('p', { class: 'price' }, '¥ ' + product.price), ask));
  })));
  const wanted = new URLSearchParams(location.search).get('pid');
  const product = products.find((one) => String(one.id) === wanted);
  if (product) openChat(client, product, null);
} catch (fault) {
  document.body.append(main);
  main.append(el('div', { role: 'alert' }, emptyState('close', t('cannot', fault.message))));
}

function openChat(client, product, opener) {
  drawer?.close();
  const thread = new Thread(client, { peer: product.merchant, card: product, who });
  const element = el('div', { class: 'drawer', role: 'dialog', 'aria-label': `${t('ask')}: ${product.merchant}`, onkeydown: (event) => { if (event.key === 'Escape') drawer.close(); } },
    el('div', { class: 'bar' }, avatar(product.merchant), el('h2', { class: 'who' }, product.merchant), statusOf(client), iconButton('close', t('close'), () => drawer.close())),
    productStrip(product, thread), thread.element);
  drawer = { close: () => { thread.close(); element.remove(); drawer = null; delete document.body.dataset.drawer; opener?.focus(); } };
  document.body.append(element);
  document.body.dataset.drawer = '';
  thread.focus();
}
