// What a message says, as elements: text, a product's card, pictures. Text only ever becomes text nodes.
import { el, icon, openDialog, t, webAddress } from './ui.js';

export function contentOf(message) {
  if (message.parts) return message.parts.map((part) => (part.image ? picture(part.image) : String(part.text ?? '')));
  if (message.type === 3) return el('span', { class: 'pictures' }, (Array.isArray(message.content) ? message.content : []).map(picture));
  if (message.type === 2) return card(message.content ?? {});
  return String(message.content ?? '');
}

function card({ title, image, url }) {
  const source = image ? webAddress(image) : null;
  return el('a', { class: 'card', href: webAddress(url || '#') ?? '#', target: '_blank', rel: 'noopener noreferrer' }, source ? el('img', { src: source, alt: '', loading: 'lazy' }) : null, el('span', {}, String(title ?? '')));
}

function picture(address) {
  const source = String(address).startsWith('blob:') ? String(address) : webAddress(address);
  if (!source) return String(address);
  const isOurs = new URL(source).origin === location.origin;
  return isOurs ? shown(source) : foreign(source);
}

function shown(source) {
  const image = el('img', { src: source, alt: t('photo'), loading: 'lazy', onerror: () => image.replaceWith(el('span', { class: 'broken' }, icon('picture'), t('noPicture'))) });
  return el('button', { type: 'button', class: 'picture', 'aria-label': t('openPicture'), onclick: () => openDialog(t('photo'), el('img', { src: source, alt: t('photo') }), { kind: 'popover viewer' }) }, image);
}

// Whoever sends the address of his own server would learn from where, and when, it is read.
function foreign(source) {
  const ask = el('button', { type: 'button', class: 'small', onclick: () => ask.replaceWith(shown(source)) }, t('foreignPicture', new URL(source).host));
  return ask;
}
