import { el, header, icon, t } from './ui.js';

document.title = 'Portico';
const door = (name, title, text, ...links) => el('li', { class: 'tile' }, el('h3', {}, icon(name), title), el('p', {}, text), el('div', { class: 'actions' }, links));
const link = (href, text, isFirst = false) => el('a', { class: isFirst ? 'button primary' : 'button', href, target: '_blank', rel: 'noopener' }, text);
const as = (href, who) => link(href, t('openAs', who), true);

document.body.append(header('Portico', { home: false }), el('main', { class: 'page', id: 'content', tabindex: '-1' },
  el('div', { class: 'hero' }, el('h2', {}, t('start')), el('p', { class: 'lead' }, t('lead')),
    el('ol', { class: 'flow', 'aria-label': t('flow') }, t('flowSteps').split('|').map((step) => el('li', {}, el('span', {}, step))))),
  el('section', { class: 'section', 'aria-labelledby': 'try' }, el('h2', { id: 'try' }, t('tryIt')), el('p', {}, t('tryItText')),
    el('ul', { class: 'tiles doors' },
      door('shop', t('shop'), t('shopText'), as('/shop.html?as=U_1', 'U_1'), link('/shop.html?as=U_2', 'U_2')),
      door('chat', t('merchant'), t('merchantText'), as('/merchant.html?as=V_1', 'V_1'), link('/merchant.html?as=E_1', 'E_1')),
      door('tag', t('chatPage'), t('chatPageText'), as('/demo/chat?uid=U_1&pid=900001', 'U_1')),
      door('person', t('visitor'), t('visitorText'), as('/visitor.html?as=visitor_1', 'visitor_1'), link('/visitor.html?as=visitor_2', 'visitor_2')),
      door('queue', t('agent'), t('agentText'), as('/agent.html?as=agent_1', 'agent_1'), link('/agent.html?as=agent_2', 'agent_2')),
      door('code', t('api'), t('apiText'), link('/js/portico.d.ts', t('docs')), link('/openapi', 'OpenAPI'), link('/admin.html', t('admin')))))));
