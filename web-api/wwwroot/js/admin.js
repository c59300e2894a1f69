// The administrator's page: which gateways live and what they hold, who waits in the customer service, who is online.
import { duration, el, emptyState, header, icon, t } from './ui.js';

const pause = 3000; // milliseconds between two looks
document.title = t('admin') + ' · Portico';
const { demo } = await (await fetch('/settings.json')).json();
let key = ''; // stays in this page alone: neither stored nor shown

const main = el('main', { class: 'page', id: 'content', tabindex: '-1' });
document.body.append(header(t('admin'), { home: demo }), main);
askForKey();

async function ask(path, form) {
  const answer = await fetch(path, { method: form ? 'POST' : 'GET', headers: { 'X-Api-Key': key }, cache: 'no-store', body: form && new URLSearchParams(form) });
  if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { status: answer.status });
  return answer.json();
}

// ---- who one is

function askForKey(fault = '') {
  const input = el('input', { type: 'password', id: 'key', autocomplete: 'off', required: true, 'aria-describedby': 'key-hint key-fault' });
  const said = el('p', { id: 'key-fault', class: 'fault', role: 'alert' }, fault);
  const enter = async (event) => {
    event.preventDefault();
    key = input.value.trim();
    try {
      const first = await look();
      input.value = '';
      open(first);
    } catch (failure) {
      said.textContent = failure.status === 401 ? t('wrongKey') : t('cannot', failure.message);
      input.focus();
    }
  };
  main.replaceChildren(el('form', { class: 'tile door', onsubmit: enter }, el('h2', {}, t('adminKey')), el('p', { id: 'key-hint' }, t('adminKeyText')),
    el('label', { for: 'key' }, 'API key'), input, said, el('button', { class: 'primary' }, t('adminOpen'))));
  input.focus();
}

// ---- what there is

const look = async () => ({ ...await ask('/api/v1/admin/gateways'), queue: await ask('/api/v1/service/queue') });

function open(first) {
  const banner = el('p', { class: 'banner', role: 'status', hidden: true });
  const figures = el('dl', { class: 'figures' });
  const gateways = el('section', { class: 'section', 'aria-labelledby': 'gateways' });
  const service = el('section', { class: 'section', 'aria-labelledby': 'service' });
  main.replaceChildren(banner, figures, gateways, service, presence());
  show(first);
  watch();

  async function watch() {
    for (;;) {
      await new Promise((done) => setTimeout(done, pause));
      try {
        if (document.visibilityState === 'visible') show(await look());
        banner.hidden = true;
      } catch (failure) {
        if (failure.status === 401) return askForKey(t('wrongKey'));
        banner.textContent = t('cannot', failure.message);
        banner.hidden = false;
      }
    }
  }

  function show({ gateways: list, queue }) {
    const there = list.filter((gateway) => !gateway.fault);
    const sum = (name) => there.reduce((all, gateway) => all + gateway[name], 0);
    figures.replaceChildren(...[[t('gateways'), there.length === list.length ? list.length : `${there.length} / ${list.length}`], [t('clients'), sum('clients')], [t('queue'), queue.length], [t('held'), queue.held.length]]
      .map(([name, value]) => el('div', { class: 'tile' }, el('dt', {}, name), el('dd', {}, String(value)))));
    gateways.replaceChildren(el('h2', { id: 'gateways' }, t('gateways')), list.length === 0 ? emptyState('gate', t('noGateways'), t('noGatewaysText')) : table(
      [t('address'), t('clients'), t('uids'), t('groups')],
      list.map((gateway) => gateway.fault ? [gateway.address, t('away', gateway.fault)] : [gateway.address, gateway.clients, gateway.uids, gateway.groups])));
    const cases = [...queue.waiting.map((one) => [one.openid, t('queue'), duration(queue.now - one.since)]), ...queue.held.map((one) => [one.openid, one.agent, duration(queue.now - one.since)])];
    service.replaceChildren(el('h2', { id: 'service' }, t('service')), cases.length === 0 ? el('p', {}, t('queueEmpty')) : table([t('person'), t('agentName'), t('since')], cases));
  }
}

function table(heads, rows) {
  const cells = (row) => row.map((cell, at) => at === 0 ? el('th', { scope: 'row' }, String(cell))
    : el('td', { class: typeof cell === 'number' ? 'number' : null, colspan: at === row.length - 1 && row.length < heads.length ? heads.length - at : null }, String(cell)));
  return el('div', { class: 'table', role: 'region', tabindex: '0', 'aria-label': heads[0] }, el('table', {},
    el('thead', {}, el('tr', {}, heads.map((head, at) => el('th', { scope: 'col', class: typeof rows[0]?.[at] === 'number' ? 'number' : null }, head)))),
    el('tbody', {}, rows.map((row) => el('tr', { class: row.length < heads.length ? 'failed' : null }, cells(row))))));
}

// What a name is bound as on the gateways.
const identities = [['', 'shop'], ['service:', 'person'], ['service-agent:', 'agentName']];

function presence() {
  const input = el('input', { id: 'uid', type: 'search', autocomplete: 'off', placeholder: 'U_1' });
  const said = el('output', { for: 'uid' });
  const find = async (event) => {
    event.preventDefault();
    const uid = input.value.trim();
    if (!uid) return;
    try {
      const found = await Promise.all(identities.map(async ([prefix, name]) => (await ask('/gateway/isUidOnline', { uid: prefix + uid })).data ? t(name) : null));
      const names = found.filter((name) => name !== null).join(', ');
      said.textContent = names ? t('isOnline', uid, names) : t('isOffline', uid);
    } catch (failure) {
      said.textContent = t('cannot', failure.message);
    }
  };
  return el('section', { class: 'section', 'aria-labelledby': 'presence' }, el('h2', { id: 'presence' }, t('presence')),
    el('form', { class: 'inline', onsubmit: find }, el('label', { for: 'uid' }, 'uid'), input, el('button', {}, icon('search'), t('ask1')), said));
}
