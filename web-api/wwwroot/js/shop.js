import { openSession } from './session.js';
import { Thread } from './thread.js';
import { el, header, statusOf, t, webAddress } from './ui.js';

let drawer = null;
document.title = t('shop') + ' · Portico';
const main = el('main', { class: 'page' });
try {
  const { client, uid } = await openSession('U_1');
  const products = await (await fetch('/demo/products.json')).json();
  document.body.append(header(`${t('shop')} · ${uid ?? ''}`, statusOf(client)), main);
  main.append(el('h2', { class: 'sr' }, t('products')), el('ul', { class: 'tiles' }, products.map((product) => {
    const ask = el('button', { class: 'primary', type: 'button', onclick: () => openChat(client, product, ask) }, t('ask'));
    return el('li', { class: 'tile' }, el('img', { src: webAddress(product.image), alt: '' }), el('h3', { class: 'who' }, product.title), el('strong', {}, '¥ ' + product.price), ask);
  })));
  const wanted = new URLSearchParams(location.search).get('pid');
  const product = products.find((one) => String(one.id) === wanted);
  if (product) openChat(client, product, null);
} catch (fault) {
  document.body.append(main);
  main.append(el('p', { role: 'alert' }, t('cannot', fault.message)));
}

function openChat(client, product, opener) {
  drawer?.close();
  const thread = new Thread(client, { peer: product.merchant, card: product });
  const element = el('div', { class: 'drawer', role: 'dialog', 'aria-label': `${t('ask')}: ${product.merchant}`, onkeydown: (event) => { if (event.key === 'Escape') drawer.close(); } },
    el('div', { class: 'bar' }, el('h2', {}, product.merchant), statusOf(client), el('button', { type: 'button', class: 'plain', 'aria-label': t('close'), onclick: () => drawer.close() }, '✕')), thread.element);
  drawer = { close: () => { thread.close(); element.remove(); drawer = null; opener?.focus(); } };
  document.body.append(element);
  thread.focus();
}
