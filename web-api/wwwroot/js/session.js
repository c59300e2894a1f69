// Who is here, and the connection. In a demo everybody may be anybody; elsewhere the site's cookie portico_token tells.
import { el, t } from './ui.js';
import { Portico, PorticoError, wakeWithPage } from './portico.js';

/**
 * @param usual who one is in a demo, unless the address says `?as=`; null: never a demo identity, always the cookie's
 * @param module path of the module on the gateway
 * @param role `agent` for an agent of the customer service
 */
export async function openSession(usual, { module = '', role = '' } = {}) {
  const settings = await (await fetch('/settings.json')).json();
  const isDemo = settings.demo && usual !== null;
  const uid = isDemo ? new URLSearchParams(location.search).get('as') ?? usual : null;
  const client = new Portico({ url: gatewayOf(settings.gateway) + module, api: '', token: isDemo ? () => demoToken(uid, role) : cookieToken, retryTo: 10_000 });
  wakeWithPage(client);
  const place = `portico_unsent_${module}_${uid ?? ''}`;
  addEventListener('pagehide', () => save(client, place));
  restore(client, place);
  client.connect();
  return { client, uid, isDemo };
}

async function demoToken(uid, role) {
  const answer = await fetch(`/demo/token?uid=${encodeURIComponent(uid)}${role ? '&role=' + role : ''}`);
  if (!answer.ok) throw new PorticoError(`http_${answer.status}`, `HTTP ${answer.status}`);
  return (await answer.json()).token;
}

// Script cannot read the cookie; the server gives what it proves for a while.
async function cookieToken() {
  const answer = await fetch('/api/v1/token', { method: 'POST' });
  if (answer.status === 401 && !document.querySelector('.sign-in')) document.body.prepend(el('p', { class: 'banner sign-in', role: 'alert' }, t('signIn')));
  if (answer.ok) document.querySelector('.sign-in')?.remove();
  if (!answer.ok) throw new PorticoError(answer.status === 401 ? 'unauthorized' : `http_${answer.status}`, `HTTP ${answer.status}`);
  return (await answer.json()).token;
}

function gatewayOf(configured) {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (!configured) return `${scheme}//${location.hostname}:8282/`;
  const url = new URL(configured);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = location.hostname;
  return url.href.replace(/\/?$/, '/');
}

// What was written and not yet confirmed survives a reload; its id keeps it from being stored twice.
function save(client, place) {
  try { sessionStorage.setItem(place, JSON.stringify(client.pending)); } catch { /* nowhere to keep it */ }
}

function restore(client, place) {
  let list = [];
  try { list = JSON.parse(sessionStorage.getItem(place) ?? '[]'); } catch { /* nothing kept */ }
  for (const { id, to, content, type } of list) client.send(to, content, { type, id }).catch(() => { /* the thread shows it */ });
}
