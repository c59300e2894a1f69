// The line above a conversation that is shown while nothing comes or goes: why, and what one can do.
import { el, icon, t } from './ui.js';

const says = { offline: ['keptOffline', 'connectNow'], replaced: ['replaced', 'connectHere'], closed: ['connectionClosed', 'connectAgain'] };

export function connectionBanner(client) {
  const element = el('p', { class: 'banner', role: 'status', hidden: true });
  const act = () => { if (client.state === 'closed') client.connect(); else client.wake(); };
  const show = ({ code = null } = {}) => {
    const { state } = client;
    const isLost = state === 'offline' || (state === 'connecting' && !element.hidden);
    element.hidden = !isLost && state !== 'closed';
    if (element.hidden) return;
    const kind = isLost ? 'offline' : code === 4009 ? 'replaced' : 'closed';
    if (element.dataset.kind === kind) return;
    element.dataset.kind = kind;
    const [text, label] = says[kind];
    element.replaceChildren(icon('clock'), el('span', {}, t(text)), el('button', { type: 'button', class: 'small', onclick: act }, t(label)));
  };
  show();
  return { element, close: client.on('state', show) };
}
