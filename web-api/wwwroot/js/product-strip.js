// The line above a conversation that is about a product.
import { el, t, webAddress } from './ui.js';

/** What is being asked about; its card goes to the merchant at a touch. */
export function productStrip(product, thread) {
  const source = product.image ? webAddress(product.image) : null;
  return el('div', { class: 'context' }, source ? el('img', { src: source, alt: '' }) : null, el('div', { class: 'who' }, el('strong', {}, product.title), product.price ? el('small', {}, '¥ ' + product.price) : null),
    el('button', { type: 'button', class: 'small', onclick: () => thread.sendCard() }, t('sendCard')));
}
