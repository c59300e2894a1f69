// What the pages say, in both languages. {0}, {1} are filled in by t().

export const words = {
  zh: {
    // everywhere
    online: '已连接', connecting: '连接中…', offline: '连接已断开，正在重连…', closed: '连接已关闭', idle: '未连接', theme: '切换深浅色', lang: 'English', back: '返回', close: '关闭', cancel: '取消',
    cannot: '无法加载：{0}', keptOffline: '连接中断。消息已保存，恢复后自动发送。', connectionClosed: '连接已关闭（{0}）。请刷新页面。', replaced: '已在另一处打开', signIn: '请先登录。', home: '返回首页', skip: '跳到内容',
    // start
    start: '一条消息，一次送达', lead: 'Portico 是网站后端的实时网关：浏览器和小程序连上 WebSocket，消息先写入数据库再送达，断线重连后一条不丢、一条不重。', tryIt: '打开两个页面试一试', tryItText: '每个页面都用一个演示身份打开。把两个窗口并排放好，互相发消息，断开网络再恢复。',
    shop: '商城', shopText: '以买家身份挑选商品，并向商家咨询。', merchant: '商家工作台', merchantText: '会话列表、未读数、图片与商品卡片。', apiText: 'OpenAPI 接口说明、浏览器与小程序的客户端库，以及管理页面。', api: '接口与客户端库',
    agent: '客服工作台', agentText: '排队、接入、转接、结束，常用语与等待时间。', visitor: '小程序访客', visitorText: '小程序样式的访客页面：未读角标、排队位置、满意度。', chatPage: '商品咨询页', chatPageText: '旧地址 push/push/chat，一个商品和它的会话。',
    openAs: '以 {0} 打开', docs: '客户端库说明', flow: '一条消息的路', flowSteps: '浏览器|网关|业务进程|消息日志（落库）|推送与回执',
    // conversations
    ask: '联系商家', about: '咨询商品', send: '发送', message: '消息', picture: '发送图片', card: '发送商品卡片', sendCard: '发送卡片', older: '更早的消息', loadingOlder: '正在加载…', emptyThread: '还没有消息', emptyThreadHint: '打个招呼吧。', typing: '对方正在输入…', recalled: '消息已撤回', recall: '撤回', tooLate: '发送超过两分钟，不能撤回。',
    waiting: '等待发送', sent: '已送达', read: '已读', failed: '发送失败：{0}', retry: '重试', gap: '更早的消息已不再保留', messages: '消息记录', photo: '图片', you: '我', today: '今天', yesterday: '昨天',
    products: '商品', search: '搜索会话', noMatch: '没有匹配的会话', conversations: '会话', unread: '{0} 条未读', buyer: '买家 {0}', choose: '选择一个会话', chooseHint: '从左侧选择会话开始回复。', none: '还没有会话', noneHint: '打开商城，以买家身份发一条消息。', shopLead: '手作茶器与春茶。有问题，直接问商家。',
    // agent
    mine: '我的会话', queue: '排队中', claimNext: '接入下一位', claim: '接入', waited: '已等待 {0}', transfer: '转接', transferTo: '转接给', toQueue: '放回队首', closeChat: '结束会话', closeAsk: '结束与 {0} 的会话？', capacity: '同时接待', less: '减少', more: '增加', canned: '常用语', noCanned: '没有配置常用语', noColleagues: '没有其他在线客服',
    noMine: '没有进行中的会话', queueEmpty: '没有访客排队', chooseVisitor: '选择一位访客', chooseVisitorHint: '接入下一位，或先看看排队中的会话。', visitorName: '访客 {0}', notYours: '这个会话还没有接入。', heldBy: '{0} 正在接待。', notWithYou: '这个会话不在你这里。', failedAction: '没有成功：{0}', taken: '已被其他客服接入。', atCapacity: '已达到接待上限。', queueWasEmpty: '队列已空。', gotTransfer: '{0} 转接给了你', rated: '访客评价：{0} 星', searchCanned: '筛选常用语', load: '{0} / {1}',
    seconds: '{0} 秒', minutes: '{0} 分钟', hours: '{0} 小时', done: '会话已结束', agents: '客服',
    // visitor
    teaHouse: '山间茶舍', hello: '你好，欢迎光临', helloText: '新茶已经到店。需要帮助时，客服随时都在。', faq: '常见问题', faq1: '什么时候发货？', faq2: '可以退换货吗？', faq3: '如何保存茶叶？', homeTab: '首页', serviceTab: '客服', meTab: '我的', contact: '联系客服', position: '前面还有 {0} 位，你是第 {1} 位', positionFirst: '你是下一位', claimed: '{0} 正在为你服务', serviceClosed: '会话已结束。', writeAgain: '继续发消息即可重新排队。', startHint: '写下你的问题，客服会尽快接待。', rate: '这次服务怎么样？', rateText: '还想说点什么（可不填）', rateSend: '提交评价', rateThanks: '谢谢你的评价。', star: '{0} 星', identity: '身份', language: '语言', appearance: '外观', connection: '连接', light: '浅色', dark: '深色', menu: '更多', tabs: '导航',
    stars1: '很不满意', stars2: '不满意', stars3: '一般', stars4: '满意', stars5: '非常满意',
    // admin
    admin: '管理', adminKey: '请输入 API key', adminKeyText: 'standalone 的密钥在数据目录的 api-key 文件中。密钥只留在本页，不会保存。', adminOpen: '打开', wrongKey: '密钥不正确',
    gateways: '网关', clients: '连接', uids: '用户', groups: '群组', held: '服务中', address: '地址', away: '无应答：{0}', noGateways: '没有网关', noGatewaysText: '注册中心没有任何网关的登记。', service: '客服', since: '时长',
    presence: '在线查询', ask1: '查询', isOnline: '{0} 在线（{1}）', person: '访客', agentName: '客服', isOffline: '{0} 不在线',
  },
  en: {
    online: 'Connected', connecting: 'Connecting…', offline: 'Connection lost, trying again…', closed: 'Connection closed', idle: 'Not connected', theme: 'Light or dark', lang: '中文', back: 'Back', close: 'Close', cancel: 'Cancel',
    cannot: 'Cannot load: {0}', keptOffline: 'No connection. What you write is kept and sent when it is back.', connectionClosed: 'The connection was closed ({0}). Reload the page.', replaced: 'opened elsewhere', signIn: 'Please sign in first.', home: 'Start page', skip: 'Skip to content',
    start: 'Each message arrives. Once.', lead: 'Portico is a real-time gateway for web backends: browsers and mini-programs connect by WebSocket, a message is committed before it is delivered, and after a lost connection nothing is missing and nothing is doubled.', tryIt: 'Open two pages and try', tryItText: 'Each opens with a demo identity. Put two windows side by side, write to each other, cut the network and let it come back.',
    shop: 'Shop', shopText: 'Be a buyer: look at products and ask their merchant.', merchant: 'Merchant console', merchantText: 'Conversations, unread counts, pictures and product cards.', apiText: 'The HTTP interface (OpenAPI), the client library, and what an administrator sees.', api: 'API and client library',
    agent: 'Agent console', agentText: 'Queue, claim, transfer, close; canned answers and waiting times.', visitor: 'Mini-program visitor', visitorText: 'Laid out like a mini-program: unread badge, place in the queue, rating.', chatPage: 'Product chat page', chatPageText: 'The old address push/push/chat: one product and its conversation.',
    openAs: 'Open as {0}', docs: 'Client library', flow: 'The way of a message', flowSteps: 'Browser|Gateway|Worker|Message log (committed)|Push and receipt',
    ask: 'Ask the merchant', about: 'About', send: 'Send', message: 'Message', picture: 'Send a picture', card: 'Send the product card', sendCard: 'Send card', older: 'Earlier messages', loadingOlder: 'Loading…', emptyThread: 'No messages yet', emptyThreadHint: 'Say hello.', typing: 'typing…', recalled: 'Message taken back', recall: 'Take back', tooLate: 'It was sent more than two minutes ago.',
    waiting: 'Waiting', sent: 'Delivered', read: 'Read', failed: 'Not sent: {0}', retry: 'Try again', gap: 'Earlier messages are no longer kept', messages: 'Messages', photo: 'Picture', you: 'You', today: 'Today', yesterday: 'Yesterday',
    products: 'Products', search: 'Search conversations', noMatch: 'No conversation matches', conversations: 'Conversations', unread: '{0} unread', buyer: 'Buyer {0}', choose: 'Choose a conversation', chooseHint: 'Pick one on the left to answer.', none: 'No conversations yet', noneHint: 'Open the shop and write as a buyer.', shopLead: 'Handmade tea ware and spring tea. Questions go straight to the merchant.',
    mine: 'My conversations', queue: 'Waiting', claimNext: 'Take the next', claim: 'Take', waited: 'waiting {0}', transfer: 'Transfer', transferTo: 'Transfer to', toQueue: 'Back to the head of the queue', closeChat: 'Close', closeAsk: 'Close the conversation with {0}?', capacity: 'At once', less: 'Fewer', more: 'More', canned: 'Canned answers', noCanned: 'No canned answers are configured', noColleagues: 'No other agent is online',
    noMine: 'No open conversations', queueEmpty: 'Nobody is waiting', chooseVisitor: 'Choose a visitor', chooseVisitorHint: 'Take the next one, or look at who is waiting.', visitorName: 'Visitor {0}', notYours: 'This conversation has not been taken yet.', heldBy: '{0} is taking care of it.', notWithYou: 'This conversation is not with you.', failedAction: 'That did not work: {0}', taken: 'Somebody else has taken it.', atCapacity: 'You have as many conversations as you wanted at once.', queueWasEmpty: 'The queue is empty.', gotTransfer: '{0} was transferred to you', rated: 'Rated {0} of 5', searchCanned: 'Filter answers', load: '{0} of {1}',
    seconds: '{0} s', minutes: '{0} min', hours: '{0} h', done: 'The conversation is closed', agents: 'Agents',
    teaHouse: 'Mountain Tea House', hello: 'Good to see you', helloText: 'The new teas are in. If you need anything, we are here.', faq: 'Often asked', faq1: 'When will my order be sent?', faq2: 'Can I return something?', faq3: 'How should I store tea?', homeTab: 'Home', serviceTab: 'Service', meTab: 'Me', contact: 'Talk to us', position: '{0} before you, you are number {1}', positionFirst: 'You are next', claimed: '{0} is here for you', serviceClosed: 'The conversation is closed.', writeAgain: 'Write again at any time.', startHint: 'Write what you need; somebody will be with you soon.', rate: 'How was it?', rateText: 'Anything to add (optional)', rateSend: 'Send rating', rateThanks: 'Thank you for your rating.', star: '{0} of 5 stars', identity: 'Identity', language: 'Language', appearance: 'Appearance', connection: 'Connection', light: 'Light', dark: 'Dark', menu: 'More', tabs: 'Navigation',
    stars1: 'Very bad', stars2: 'Bad', stars3: 'All right', stars4: 'Good', stars5: 'Very good',
    admin: 'Administration', adminKey: 'API key, please', adminKeyText: 'Of standalone it stands in the file api-key of the data folder. It stays in this page and is not stored.', adminOpen: 'Open', wrongKey: 'The key is not right',
    gateways: 'Gateways', clients: 'Clients', uids: 'Uids', groups: 'Groups', held: 'Being served', address: 'Address', away: 'No answer: {0}', noGateways: 'No gateways', noGatewaysText: 'No register knows of one.', service: 'Customer service', since: 'For',
    presence: 'Who is online', ask1: 'Ask', isOnline: '{0} is online ({1})', person: 'Visitor', agentName: 'Agent', isOffline: '{0} is not online',
  },
};
