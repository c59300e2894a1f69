// Elements, words and colours of the pages. Text only ever becomes text nodes.

const words = {
  zh: {
    start: '一分钟看懂 Portico', lead: 'Portico 是网站后端的实时网关：浏览器和小程序连上 WebSocket，消息先写入数据库再送达，断线重连后一条不丢、一条不重。',
    shop: '商城', shopText: '以买家身份挑选商品，并向商家咨询。', merchant: '商家工作台', merchantText: '以商家身份回复买家：会话列表、未读数、商品卡片。', apiText: 'HTTP 接口说明（OpenAPI）与浏览器客户端库。', api: '接口与客户端库',
    open: '打开', openAs: '以 {0} 打开', docs: '客户端库说明', ask: '联系商家', close: '关闭', send: '发送', message: '消息', picture: '发送图片', card: '发送商品卡片', older: '更早的消息', search: '搜索会话', choose: '选择一个会话开始回复',
    none: '还没有会话。打开商城，以买家身份发一条消息。', emptyThread: '还没有消息，打个招呼吧。', typing: '对方正在输入…', recalled: '消息已撤回', online: '已连接', connecting: '连接中…', offline: '连接已断开，正在重连…', closed: '连接已关闭', idle: '未连接',
    waiting: '等待发送', sent: '已送达', read: '已读', failed: '发送失败：{0}', gap: '更早的消息已不再保留', buyer: '买家 {0}', messages: '消息记录', theme: '切换深浅色', lang: 'English', back: '返回', unread: '{0} 条未读', conversations: '会话', cannot: '无法加载：{0}', products: '商品', photo: '图片', flow: '一条消息的路', flowSteps: '浏览器|网关|业务进程|消息日志（落库）|推送与回执',
  },
  en: {
    start: 'Portico in one minute', lead: 'Portico is a real-time gateway for web backends: browsers and mini-programs connect by WebSocket, a message is committed before it is delivered, and after a lost connection nothing is missing and nothing is doubled.',
    shop: 'Shop', shopText: 'Be a buyer: look at products and ask their merchant.', merchant: 'Merchant console', merchantText: 'Be a merchant: conversations, unread counts, product cards.', apiText: 'The HTTP interface (OpenAPI) and the client library for browsers.', api: 'API and client library',
    open: 'Open', openAs: 'Open as {0}', docs: 'Client library', ask: 'Ask the merchant', close: 'Close', send: 'Send', message: 'Message', picture: 'Send a picture', card: 'Send the product card', older: 'Earlier messages', search: 'Search conversations', choose: 'Choose a conversation to answer',
    none: 'No conversations yet. Open the shop and write as a buyer.', emptyThread: 'No messages yet. Say hello.', typing: 'typing…', recalled: 'Message taken back', online: 'Connected', connecting: 'Connecting…', offline: 'Connection lost, trying again…', closed: 'Connection closed', idle: 'Not connected',
    waiting: 'Waiting', sent: 'Delivered', read: 'Read', failed: 'Not sent: {0}', gap: 'Earlier messages are no longer kept', buyer: 'Buyer {0}', messages: 'Messages', theme: 'Light or dark', lang: '中文', back: 'Back', unread: '{0} unread', conversations: 'Conversations', cannot: 'Cannot load: {0}', products: 'Products', photo: 'Picture', flow: 'The way of a message', flowSteps: 'Browser|Gateway|Worker|Message log (committed)|Push and receipt',
  },
};

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
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

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
  let next = list.firstChild;
  for (const node of nodes) {
    if (node === next) next = next.nextSibling;
    else list.insertBefore(node, next);
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

export function header(title, status = null) {
  const theme = () => {
    const isDark = getComputedStyle(document.documentElement).colorScheme === 'dark' || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = isDark ? 'light' : 'dark';
    keep('portico_theme', document.documentElement.dataset.theme);
  };
  const language = () => { keep('portico_lang', lang === 'zh' ? 'en' : 'zh'); location.reload(); };
  return el('header', { class: 'bar' }, el('h1', {}, title), status,
    el('button', { class: 'plain', type: 'button', onclick: language, lang: lang === 'zh' ? 'en' : 'zh' }, t('lang')),
    el('button', { class: 'plain', type: 'button', onclick: theme, 'aria-label': t('theme'), title: t('theme') }, '◐'));
}

export function statusOf(client) {
  const status = el('span', { class: 'status', role: 'status', 'data-state': client.state }, t(client.state));
  client.on('state', ({ state }) => {
    status.dataset.state = state;
    status.textContent = t(state);
  });
  return status;
}
