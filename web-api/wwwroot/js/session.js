// Who is here, and his connection. In a demo everybody may be anybody; elsewhere the site's cookie portico_token tells.
import { Portico, wakeWithPage } from './portico.js';

export async function openSession(usual) {
  const settings = await (await fetch('/settings.json')).json();
  const uid = new URLSearchParams(location.search).get('as') ?? usual;
  const token = settings.demo ? async () => (await (await fetch('/demo/token?uid=' + encodeURIComponent(uid))).json()).token : null;
  const client = new Portico({ url: gatewayOf(settings.gateway), api: '', token, retryTo: 10_000 });
  wakeWithPage(client);
  addEventListener('pagehide', () => save(client, uid));
  restore(client, uid);
  client.connect();
  return { client, uid: settings.demo ? uid : null };
}

function gatewayOf(configured) {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (!configured) return `${scheme}//${location.hostname}:8282/`;
  const url = new URL(configured);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = location.hostname;
  return url.href;
}

// What was written and not yet confirmed survives a reload; its id keeps it from being stored twice.
function save(client, uid) {
  try { sessionStorage.setItem('portico_unsent_' + uid, JSON.stringify(client.pending)); } catch { /* nowhere to keep it */ }
}

function restore(client, uid) {
  let list = [];
  try { list = JSON.parse(sessionStorage.getItem('portico_unsent_' + uid) ?? '[]'); } catch { /* nothing kept */ }
  for (const { id, to, content, type } of list) client.send(to, content, { type, id }).catch(() => { /* the thread shows it */ });
}
