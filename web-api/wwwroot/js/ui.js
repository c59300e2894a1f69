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

/** Only what is new costs anything. */
export const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

export function showUnread(badge, count) {
  setText(badge, count > 99 ? '99+' : String(count));
  badge.hidden = count === 0;
  if (count > 0) badge.setAttribute('aria-label', t('unread', count));
}

/** A round button that shows an icon and says its name. */
export const iconButton = (name, label, onclick, properties = {}) =>
  el('button', { type: 'button', class: 'icon-button', 'aria-label': label, title: label, onclick, ...properties }, icon(name));

/** A colour and a letter for a name, so that people are told apart at a glance. */
export function avatar(name, id = name) {
  let sum = 0;
  for (const c of String(id)) sum = (sum * 31 + c.codePointAt(0)) % 997;
  const plain = String(name).replace(/^[^\p{L}\p{N}]+/u, '');
  const number = /\d{1,2}$/.exec(plain)?.[0] ?? '';
  const letter = [...plain][0]?.toUpperCase() ?? '?';
  return el('span', { class: `avatar hue-${sum % 6}`, 'aria-hidden': 'true' }, number === '' || /^\d/.test(plain) ? number || letter : letter + number);
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

/** The first stop of the Tab key: past the bar, to what the page is for. */
export const skipLink = () => el('a', { class: 'skip', href: '#content', onclick: (event) => {
  event.preventDefault();
  const target = [...document.querySelectorAll('#content, aside, main')].find((part) => part.getClientRects().length > 0);
  (target.querySelector('[tabindex="0"], button, input, textarea, a[href]') ?? target).focus();
} }, t('skip'));

/** The bar on top of a page: where one is, who one is, how the connection is. */
export function header(title, { who = null, status = null, home = true, tools = [] } = {}) {
  const mark = el('img', { src: '/img/portico.svg', alt: '', width: '28', height: '28' });
  return el('header', { class: 'bar top' }, skipLink(),
    home ? el('a', { class: 'mark', href: '/', 'aria-label': t('home') }, mark) : el('span', { class: 'mark' }, mark),
    el('h1', {}, title), who ? el('span', { class: 'me' }, avatar(who), el('span', {}, who)) : null, status, tools, languageButton(), themeButton());
}

/** How the connection is. `isQuiet`: shown only while there is none, where the presence of the other side stands beside it. */
export function statusOf(client, { isQuiet = false } = {}) {
  const text = el('span', {}, t(client.state));
  const status = el('span', { class: isQuiet ? 'status quiet' : 'status', role: 'status', 'data-state': client.state }, text);
  client.on('state', ({ state }) => {
    status.dataset.state = state;
    text.textContent = t(state);
  });
  return status;
}

/** Whether the other side is there, asked for now and then. */
export function presenceOf(client, peer) {
  const element = el('small', { class: 'presence' });
  const ask = async () => {
    try {
      const isThere = (await client.online([peer]))[peer];
      if (isThere === null) throw new Error('not known'); // no gateway has answered; that is not the same as away
      element.dataset.there = String(isThere === 1);
      element.textContent = t(isThere ? 'there' : 'notThere');
    } catch {
      element.textContent = ''; // nobody knows
    }
  };
  const timer = setInterval(ask, 20_000);
  const off = [client.on('state', ({ state }) => { if (state === 'online') ask(); else element.textContent = ''; }), client.on('message', (message) => { if (message.peer === peer && !message.own) ask(); })];
  if (client.state === 'online') ask();
  return { element, close: () => { clearInterval(timer); off.forEach((stop) => stop()); } };
}

/** One stop of the Tab key for a long list; arrows, Home and End move within it. `select` finds the things that are moved between. */
export function oneStop(list, select) {
  const all = () => [...list.querySelectorAll(select)].filter((one) => !one.closest('[hidden]'));
  let at = null;
  const settle = () => {
    const things = all();
    if (!things.includes(at)) at = things.find((one) => one.getAttribute('aria-current') === 'true') ?? things[0] ?? null;
    for (const one of list.querySelectorAll('button')) {
      const stop = one.closest('li') === at?.closest('li') ? 0 : -1;
      if (one.tabIndex !== stop) one.tabIndex = stop;
    }
  };
  list.addEventListener('focusin', (event) => { at = event.target.closest('li')?.querySelector(select) ?? at; settle(); });
  list.addEventListener('keydown', (event) => {
    const things = all();
    const now = things.indexOf(at);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: things.length - 1 }[event.key];
    if (next === undefined || !things[next]) return;
    event.preventDefault();
    things[next].focus();
  });
  return settle;
}

/** What went wrong, in the reader's language. */
export function faultText(fault) {
  const key = 'fault_' + String(fault.code ?? '').replace(/^http_/, '');
  const text = t(key);
  return text === key ? fault.message : text;
}

/** A dialog over the page; the focus returns to where it came from. */
export function openDialog(title, body, { kind = 'popover' } = {}) {
  const dialog = el('dialog', { class: kind, 'aria-label': title, onclose: () => dialog.remove(), onclick: (event) => { if (event.target === dialog) dialog.close(); } },
    el('div', { class: 'bar' }, el('h2', {}, title), iconButton('close', t('close'), () => dialog.close())), el('div', { class: 'body' }, body));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

const MOST_TOASTS = 3;

/** A sentence that comes and goes; read out once. */
export function toast(text) {
  let place = document.querySelector('.toasts');
  if (!place) document.body.append(place = el('div', { class: 'toasts', role: 'status' }));
  const same = [...place.children].find((one) => one.textContent === text);
  same?.remove(); // said again, not twice
  const shown = el('p', { class: 'toast', onclick: () => shown.remove() }, text);
  place.append(shown);
  while (place.children.length > MOST_TOASTS) place.firstChild.remove();
  setTimeout(() => shown.remove(), 6000);
}

// To make one costs as much as to use it a hundred times, and lists are long.
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const calendar = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric' });

export const timeOfDay = (at) => clock.format(at);

/** Short, for lists: the time today, the day before that. */
export function shortTime(at) {
  if (!at) return '';
  return at >= new Date().setHours(0, 0, 0, 0) && at <= new Date().setHours(24, 0, 0, 0) ? timeOfDay(at) : calendar.format(at);
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
  if (message.type === 2) return String(message.content?.title ?? t('product', message.content?.id ?? ''));
  if (message.type === 3) return `[${t('photo')}]`;
  if (message.parts) return message.parts.map((part) => part.text ?? `[${t('photo')}]`).join(' ').slice(0, 120);
  return String(message.content ?? '').slice(0, 120);
}
