// What a message says, as elements: text, a product's card, pictures. Text only ever becomes text nodes.
import { el, icon, t, webAddress } from './ui.js';
import { openViewer } from './viewer.js';

export function contentOf(message) {
  if (message.parts) return message.parts.flatMap((part) => (part.image ? picture(part.image) : textOf(part.text)));
  if (message.type === 3) return el('span', { class: 'pictures' }, (Array.isArray(message.content) ? message.content : []).map(picture));
  if (message.type === 2) return card(message.content ?? {});
  return textOf(message.content);
}

// What begins like an address can be followed, and shows all of itself. Punctuation that ends a sentence is none of it.
const addresses = /\bhttps?:\/\/[^\s<>"'\u2e80-\u9fff\uff00-\uffef\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;

function textOf(value) {
  const text = String(value ?? '');
  const parts = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(addresses)) {
    const shown = found.replace(/[.,:;!?)\]}]+$/u, '');
    const target = webAddress(shown);
    if (target === null) continue;
    parts.push(text.slice(at, index), el('a', { href: target, target: '_blank', rel: 'noopener noreferrer nofollow' }, shown));
    at = index + shown.length;
  }
  return [...parts, text.slice(at)];
}

// Of one that comes from a program, and is not stored yet, only the number may be known.
const card = (content) => cardOf(typeof content === 'object' ? content : { id: content });

function cardOf({ id, title, image, url }) {
  const source = image ? webAddress(image) : null;
  return el('a', { class: 'card', href: webAddress(url || '#') ?? '#', target: '_blank', rel: 'noopener noreferrer' }, source ? el('img', { src: source, alt: '', loading: 'lazy' }) : null, el('span', {}, String(title ?? t('product', id ?? ''))));
}

function picture(address) {
  const source = String(address).startsWith('blob:') ? String(address) : webAddress(address);
  if (!source) return String(address);
  const isOurs = new URL(source).origin === location.origin;
  return isOurs ? shown(source) : foreign(source);
}

function shown(source) {
  const image = el('img', { src: source, alt: t('photo'), loading: 'lazy', onerror: () => image.replaceWith(el('span', { class: 'broken' }, icon('picture'), t('noPicture'))) });
  const button = el('button', { type: 'button', class: 'picture', 'aria-label': t('openPicture'), onclick: () => openViewer(button) }, image);
  return button;
}

// Whoever sends the address of his own server would learn from where, and when, it is read.
function foreign(source) {
  const ask = el('button', { type: 'button', class: 'small', onclick: () => ask.replaceWith(shown(source)) }, t('foreignPicture', new URL(source).host));
  return ask;
}
