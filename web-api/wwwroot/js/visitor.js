// The visitor of the customer service, laid out like a mini-program: three views, and a badge from the first moment on.
import { openSession } from './session.js';
import { Thread } from './thread.js';
import { avatar, el, faultText, icon, iconButton, isDarkNow, lang, openDialog, skipLink, statusOf, t, toast, toggleLanguage, toggleTheme } from './ui.js';

const { client, uid, isDemo, site } = await openSession('visitor_1', { module: 'service' });
let unread = 0;
let current = 'home';

const thread = new Thread(client, { peer: '', to: null, who: uid, name: t('serviceTab') });
const place = el('div', { class: 'place', role: 'status' });
const service = el('div', { class: 'view' }, place, thread.element);

// The site's words; neutral ones where it has none; those of a tea house in a demo.
const siteName = site.name || t(isDemo ? 'teaHouse' : 'serviceTab');
const asked = site.faq?.length > 0 ? site.faq : isDemo ? [1, 2, 3].map((at) => ({ question: t('faq' + at), answer: t('faqAnswer' + at) })) : [];
const faq = asked.map(({ question, answer }) => el('li', {}, el('details', { class: 'faq' }, el('summary', { class: 'row' }, question, icon('next')),
  el('p', {}, answer), el('button', { type: 'button', class: 'small', onclick: () => ask(question) }, t('askMore')))));
const home = el('div', { class: 'view view-pad' },
  el('div', { class: 'cover' }, el('h2', {}, site.greeting || t(isDemo ? 'hello' : 'helloPlain')), el('p', {}, site.greetingText || t(isDemo ? 'helloText' : 'helloPlainText')), el('button', { type: 'button', class: 'button', onclick: () => { show('service'); thread.focus(); } }, t('contact'))),
  faq.length > 0 ? el('section', { class: 'section', 'aria-labelledby': 'faq' }, el('h2', { id: 'faq' }, t('faq')), el('ul', { class: 'group' }, faq)) : null);

// The question stands in the line, unless something else is being written.
function ask(question) {
  show('service');
  if (thread.isIdle) thread.insert(question);
  else thread.focus();
}

const row = (name, ...value) => el('div', { class: 'row' }, el('dt', {}, name), el('dd', {}, value));
const appearance = el('button', { type: 'button', class: 'small', onclick: () => { toggleTheme(); nameAppearance(); } });
const nameAppearance = () => { appearance.textContent = t(isDarkNow() ? 'light' : 'dark'); };
nameAppearance();
const me = el('div', { class: 'view view-pad' }, el('dl', { class: 'group' },
  uid ? row(t('identity'), uid) : null, row(t('connection'), statusOf(client)),
  row(t('language'), el('button', { type: 'button', class: 'small', lang: lang === 'zh' ? 'en' : 'zh', onclick: toggleLanguage }, t('lang'))), row(t('appearance'), appearance)));

const views = { home, service, me };
const badge = el('span', { class: 'badge', hidden: true });
const tabs = Object.keys(views).map((name) => el('button', { type: 'button', role: 'tab', id: 'tab-' + name, 'aria-controls': 'view-' + name, onclick: () => show(name) },
  icon({ home: 'home', service: 'chat', me: 'person' }[name]), el('span', {}, t(name + 'Tab')), name === 'service' ? badge : null));
for (const [name, view] of Object.entries(views)) {
  for (const [key, value] of Object.entries({ id: 'view-' + name, role: 'tabpanel', 'aria-labelledby': 'tab-' + name })) view.setAttribute(key, value);
}

const title = el('h1', {}, siteName);
document.body.className = 'fill stage';
document.body.append(el('div', { class: 'mini' },
  el('header', {}, el('span', {}, skipLink()), title, el('span', { class: 'capsule' }, iconButton('theme', t('theme'), () => { toggleTheme(); nameAppearance(); }), el('button', { type: 'button', class: 'plain', 'aria-label': lang === 'zh' ? 'EN, English' : t('lang'), lang: lang === 'zh' ? 'en' : 'zh', onclick: toggleLanguage }, lang === 'zh' ? 'EN' : '中'))),
  el('main', { class: 'views', id: 'content', tabindex: '-1' }, Object.values(views)),
  el('div', { class: 'tabs', role: 'tablist', 'aria-label': t('tabs'), onkeydown: keyed }, tabs)));
show('home');
showPlace('idle');

client.on('badge', (frame) => {
  unread = frame.unread ?? 0;
  badge.textContent = unread > 99 ? '99+' : String(unread);
  badge.hidden = unread === 0;
  badge.setAttribute('aria-label', t('unread', unread));
  badge.setAttribute('role', 'img');
  name();
});
client.on('queue', (frame) => {
  if (frame.position > 0) showPlace('waiting', frame.position);
  else if (frame.left === 1) showPlace('left');
  else if (place.dataset.state === 'waiting') showPlace('idle');
});
client.on('claimed', (frame) => showPlace('claimed', frame.agent));
client.on('closed', (frame) => showPlace('closed', frame.rate === 1));

function show(view) {
  current = view;
  for (const [at, key] of Object.keys(views).entries()) {
    views[key].hidden = key !== view;
    tabs[at].setAttribute('aria-selected', String(key === view));
    tabs[at].tabIndex = key === view ? 0 : -1;
  }
  title.textContent = view === 'home' ? siteName : t(view + 'Tab');
  if (view === 'service') thread.shown();
  name();
}

function name() { document.title = `${unread ? `(${unread}) ` : ''}${current === 'home' ? siteName : t(current + 'Tab')}`; }

function keyed(event) {
  const names = Object.keys(views);
  const now = names.indexOf(current);
  const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: names.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const at = (to + names.length) % names.length;
  show(names[at]);
  tabs[at].focus();
}

// Where the conversation is: nobody knows of it yet, in the queue, with somebody, or over.
function showPlace(state, value) {
  place.dataset.state = state;
  service.querySelector('.rating')?.remove();
  if (state === 'idle') place.replaceChildren(icon('chat'), el('span', {}, t('startHint')));
  if (state === 'waiting') {
    const leave = place.querySelector('button') ?? el('button', { type: 'button', class: 'plain small', onclick: askToLeave }, t('leaveQueue'));
    place.replaceChildren(icon('clock'), el('span', {}, value > 1 ? t('position', value - 1, value) : t('positionFirst')), leave);
  }
  if (state === 'left') place.replaceChildren(icon('check'), el('span', {}, t('leftQueue')));
  if (state === 'claimed') place.replaceChildren(avatar(value), el('span', {}, t('claimed', value)));
  if (state === 'closed') {
    place.replaceChildren(icon('check'), el('span', {}, `${t('serviceClosed')} ${t('writeAgain')}`));
    if (value) thread.element.querySelector('.composer').before(ratingForm());
  }
}

// The place is lost with it, so a stray thumb does not do it.
function askToLeave() {
  const leave = async () => {
    dialog.close();
    try {
      await client.request('leave');
    } catch (fault) {
      toast(t('failedAction', faultText(fault)));
    }
  };
  const dialog = openDialog(t('leaveAsk'), [el('p', {}, t('leaveAskText')), el('div', { class: 'actions' },
    el('button', { type: 'button', autofocus: true, onclick: () => dialog.close() }, t('stay')), el('button', { type: 'button', class: 'primary', onclick: leave }, t('leaveQueue')))]);
}

function ratingForm() {
  const said = el('output', {});
  const stars = [1, 2, 3, 4, 5].map((score) => el('label', {}, icon('star'), el('input', { type: 'radio', name: 'score', value: score, 'aria-label': `${t('star', score)}: ${t('stars' + score)}`, required: true, onchange: () => {
    stars.forEach((star, at) => star.toggleAttribute('data-lit', at < score));
    said.textContent = t('stars' + score);
  } })));
  const text = el('textarea', { maxlength: '1000', rows: '2', 'aria-label': t('rateText'), placeholder: t('rateText') });
  const fault = el('p', { class: 'typing', role: 'alert', hidden: true });
  const form = el('form', { class: 'rating', onsubmit: async (event) => {
    event.preventDefault();
    try {
      await client.request('rate', { score: Number(new FormData(form).get('score')), text: text.value.trim() });
      form.remove();
      thread.focus();
      place.replaceChildren(icon('check'), el('span', {}, t('rateThanks')));
    } catch (refused) {
      fault.textContent = t('failed', faultText(refused));
      fault.hidden = false;
    }
  } }, el('fieldset', {}, el('legend', {}, t('rate')), el('div', { class: 'stars' }, stars, said)), text, fault, el('div', { class: 'actions' }, el('button', { type: 'submit', class: 'primary' }, t('rateSend'))));
  return form;
}
