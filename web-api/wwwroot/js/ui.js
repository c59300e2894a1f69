// Elements, words and parts that all pages share. Text only ever becomes text nodes.
import { words } from './words.js';

const kept = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const keep = (name, value) => { try { localStorage.setItem(name, value); } catch { /* private mode: the choice lasts for this page */ } };

export const lang = kept('portico_lang') ?? ((navigator.language ?? 'en').startsWith('zh') ? 'zh' : 'en');
document.documentElement.lang = lang;
if (kept('portico_theme')) document.documentElement.dataset.theme = kept('portico_theme');

export function t(key, ...values) {
  return (words[lang][key] ?? key).replace(/\{(\d)\}/g, (_, at) => values[at] ?? '');
}

/** An element; children are elements or text, `on…` are listeners, `class` and all others attributes. */
export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const icon = (name) => el('span', { class: `i i-${name}`, 'aria-hidden': 'true' });

/** A round button that shows an icon and says its name. */
export const iconButton = (name, label, onclick, properties = {}) =>
  el('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...properties }, icon(name));

/** A colour and a letter for a name, so that people are told apart at a glance. */
export function avatar(name, id = name) {
  let sum = 0;
  for (const c of String(id)) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return el('span', { class: `avatar hue-${sum % 6}`, 'aria-hidden': 'true' }, [...String(name).replace(/^[^\p{L}\p{N}]+/u, '')][0]?.toUpperCase() ?? '?');
}

/** What stands where nothing is yet. */
export const emptyState = (name, title, hint, ...more) => el('div', { class: 'empty' }, icon(name), el('p', { class: 'empty-title' }, title), hint ? el('p', {}, hint) : null, ...more);

/** Only addresses that a browser fetches; javascript: and its like become null. */
export function webAddress(text) {
  try {
    const url = new URL(String(text), location.origin);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
  } catch {
    return null;
  }
}

/** Puts nodes into a list in order, moving only what moves, so that screen readers announce only what is new. */
export function arrange(list, nodes) {
  const wanted = new Set(nodes);
  let next = list.firstChild;
  const skip = () => {
    while (next && !wanted.has(next)) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  };
  for (const node of nodes) {
    skip();
    if (node === next) next = next.nextSibling;
    else list.insertBefore(node, next);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

export function toggleTheme() {
  const isDark = isDarkNow();
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
  keep('portico_theme', document.documentElement.dataset.theme);
}

export const isDarkNow = () => (document.documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

export function toggleLanguage() {
  keep('portico_lang', lang === 'zh' ? 'en' : 'zh');
  location.reload();
}

export const languageButton = () => el('button', { class: 'plain', type: 'button', onclick: toggleLanguage, lang: lang === 'zh' ? 'en' : 'zh' }, t('lang'));
export const themeButton = () => iconButton('theme', t('theme'), toggleTheme);

/** The bar on top of a page: where one is, who one is, how the connection is. */
export function header(title, { who = null, status = null, home = true } = {}) {
  const mark = el('img', { src: '/img/portico.svg', alt: '', width: '28', height: '28' });
  return el('header', { class: 'bar top' },
    home ? el('a', { class: 'mark', href: '/', 'aria-label': t('home') }, mark) : el('span', { class: 'mark' }, mark),
    el('h1', {}, title), who ? el('span', { class: 'me' }, avatar(who), el('span', {}, who)) : null, status, languageButton(), themeButton());
}

export function statusOf(client) {
  const text = el('span', {}, t(client.state));
  const status = el('span', { class: 'status', role: 'status', 'data-state': client.state }, text);
  client.on('state', ({ state }) => {
    status.dataset.state = state;
    text.textContent = t(state);
  });
  return status;
}

/** A sentence that comes and goes; read out once. */
export function toast(text) {
  let place = document.querySelector('.toasts');
  if (!place) document.body.append(place = el('div', { class: 'toasts', role: 'status' }));
  const shown = el('p', { class: 'toast' }, text);
  place.append(shown);
  setTimeout(() => shown.remove(), 6000);
}

export const timeOfDay = (at) => new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** Short, for lists: the time today, the day before that. */
export function shortTime(at) {
  if (!at) return '';
  const isToday = new Date(at).toDateString() === new Date().toDateString();
  return isToday ? timeOfDay(at) : new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric' }).format(at);
}

/** How long something has lasted. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return t('seconds', seconds);
  if (seconds < 3600) return t('minutes', Math.floor(seconds / 60));
  return t('hours', Math.floor(seconds / 3600));
}

/** A line that stands for a message in a list. */
export function summaryOf(message) {
  if (message.recalled) return t('recalled');
  if (message.type === 2) return String(message.content?.title ?? '');
  if (message.type === 3) return `[${t('photo')}]`;
  if (message.parts) return message.parts.map((part) => part.text ?? `[${t('photo')}]`).join(' ').slice(0, 120);
  return String(message.content ?? '').slice(0, 120);
}
