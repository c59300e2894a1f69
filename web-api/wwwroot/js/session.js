// Who is here, and the connection. In a demo everybody may be anybody; elsewhere the site's cookie portico_token tells.
import { el, emptyState, t, webAddress } from './ui.js';
import { keepParcels } from './parcels.js';
import { Portico, PorticoError, keepPending, wakeWithPage } from './portico.js';

let site = {}; // what the pages say that is the site's own: name, greeting, greetingText, signIn, faq

/**
 * Resolves once it is known who is here; until then the page says what it waits for.
 * @param usual who one is in a demo, unless the address says `?as=`; null: never a demo identity, always the cookie's
 * @param module path of the module on the gateway
 * @param role `agent` for an agent of the customer service
 */
export async function openSession(usual, { module = '', role = '' } = {}) {
  const settings = await insist(() => ask('/settings.json'));
  site = settings.pages ?? {};
  const isDemo = settings.demo && usual !== null;
  let proof = isDemo ? { uid: new URLSearchParams(location.search).get('as') ?? usual } : await insist(cookieToken);
  const { uid } = proof;
  const token = async () => {
    const { token: fresh } = isDemo ? await demoToken(uid, role) : proof ?? await signedIn();
    proof = null; // the first one was only just brought
    return fresh;
  };
  const client = new Portico({ url: gatewayOf(settings.gateway) + module, api: '', token, retryTo: 10_000 });
  client.on('state', ({ state, reason }) => { if (state === 'closed' && reason === 'another user') location.reload(); });
  wakeWithPage(client);
  keepPending(client, `portico_unsent_${module}_${uid}`, uid);
  keepParcels(client, `${module}/${uid}`);
  client.connect();
  return { client, uid, isDemo, site, titled };

  // What a page is called, with the site's name where it has one.
  function titled(text) {
    const name = site.name || (isDemo ? 'Portico' : '');
    return name ? `${text} · ${name}` : text;
  }
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  if (!answer.ok) throw new PorticoError(answer.status === 401 ? 'unauthorized' : `http_${answer.status}`, `HTTP ${answer.status}`);
  return answer.json();
}

const demoToken = (uid, role) => ask(`/demo/token?uid=${encodeURIComponent(uid)}${role ? '&role=' + role : ''}`);

// Script cannot read the cookie; the server says who it is and gives what it proves for a while.
const cookieToken = () => ask('/api/v1/token', { method: 'POST' });

// Where people sign in, when the site says so; it may bring them back here.
function signInLink(size = '') {
  return site.signIn ? el('a', { class: `button primary ${size}`, href: webAddress(site.signIn.replaceAll('{return}', encodeURIComponent(location.href))) }, t('signInNow')) : null;
}

// In the middle of things a signature that has ended costs a line on top; what stands on the page stays.
async function signedIn() {
  try {
    const proof = await cookieToken();
    document.querySelector('.sign-in')?.remove();
    return proof;
  } catch (fault) {
    if (fault.code === 'unauthorized' && !document.querySelector('.sign-in')) document.body.prepend(el('p', { class: 'banner sign-in', role: 'alert' }, el('span', {}, t('signInAgain')), signInLink('small')));
    throw fault;
  }
}

// Tries until it works, sooner when the page is looked at again, since that is where one comes back to from signing in.
async function insist(action) {
  let shown = null;
  let goOn = () => { /* nothing waits yet */ };
  const seen = () => { if (document.visibilityState === 'visible') goOn(); };
  const events = [[globalThis, 'online', () => goOn()], [document, 'visibilitychange', seen]];
  events.forEach(([target, name, action]) => target.addEventListener(name, action));
  for (let wait = 1000; ; wait = Math.min(2 * wait, 10_000)) {
    try {
      const value = await action();
      shown?.remove();
      events.forEach(([target, name, action]) => target.removeEventListener(name, action));
      return value;
    } catch (fault) {
      const why = fault.code === 'unauthorized' ? 'signIn' : 'cannotLoad';
      if (shown?.dataset.why !== why) {
        shown?.remove();
        shown = el('main', { class: 'page gate', role: 'alert', 'data-why': why }, emptyState(why === 'signIn' ? 'person' : 'close', t(why), t(why + 'Hint'), why === 'signIn' ? signInLink() : null, el('button', { type: 'button', onclick: () => goOn() }, t('retry'))));
        document.body.append(shown);
      }
      await new Promise((resolve) => { goOn = resolve; setTimeout(resolve, wait); });
    }
  }
}

function gatewayOf(configured) {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
  if (!configured) return `${scheme}//${location.hostname}:8282/`;
  const url = new URL(configured);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = location.hostname;
  return url.href.replace(/\/?$/, '/');
}
