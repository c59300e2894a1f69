import { el, header, t } from './ui.js';

document.title = 'Portico';
const tile = (title, text, ...links) => el('li', { class: 'tile' }, el('h2', {}, title), el('p', {}, text), ...links);
const link = (href, text) => el('a', { class: 'button', href }, text);
document.body.append(header('Portico'), el('main', { class: 'page' },
  el('h2', {}, t('start')), el('p', { class: 'lead' }, t('lead')),
  el('ul', { class: 'tiles' },
    tile(t('shop'), t('shopText'), el('a', { class: 'button primary', href: '/shop.html?as=U_1' }, t('openAs', 'U_1')), link('/shop.html?as=U_2', t('openAs', 'U_2'))),
    tile(t('merchant'), t('merchantText'), el('a', { class: 'button primary', href: '/merchant.html?as=V_1' }, t('openAs', 'V_1')), link('/merchant.html?as=E_1', t('openAs', 'E_1'))),
    tile(t('api'), t('apiText'), link('/openapi', 'OpenAPI'), link('/js/portico.d.ts', t('docs')))),
  el('section', { 'aria-labelledby': 'flow' }, el('h2', { id: 'flow', class: 'sr' }, t('flow')), el('ol', { class: 'flow' }, t('flowSteps').split('|').map((step) => el('li', {}, step))))));
