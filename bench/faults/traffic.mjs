// Counted traffic: pairs of portico.v1 clients that write to each other with the real library, and old clients that backends (HTTP, PHP) write to.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Portico } from '../../web-api/wwwroot/js/portico.js';
import { secrets } from './fault-cluster.mjs';

const now = () => performance.now();
const base64 = (value) => Buffer.from(value).toString('base64url');
const firstOld = 50_000;

function tokenOf(uid) {
  const text = `${base64('{"alg":"HS256","typ":"JWT"}')}.${base64(JSON.stringify({ sub: uid, exp: Math.floor(Date.now() / 1000) + 7200 }))}`;
  return `${text}.${createHmac('sha256', secrets.token).update(text).digest('base64url')}`;
}

/** Repeatable: the same seed gives the same choices (the timing is the machine's). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Traffic {
  #stopped = false;
  #sequence = 0;
  #jobs = [];
  #people = [];

  /** `clients`: how many; two thirds are pairs of portico.v1, a third is old. `rate`: messages a second of all together. */
  constructor(cluster, ledger, { clients, rate, random }) {
    Object.assign(this, { cluster, ledger, clients, rate, random });
    this.draining = new Set();
  }

  /** Connects everybody and waits until they can be reached. */
  async start() {
    const pairs = Math.max(1, Math.round(this.clients / 3));
    const olds = Math.max(2, this.clients - 2 * pairs);
    const merchants = [...Array.from({ length: pairs }, (_, index) => index + 1), ...Array.from({ length: olds }, (_, index) => firstOld + index)];
    await Promise.all(merchants.map((number) => this.#product(number)));
    for (let index = 1; index <= pairs; index++) this.#people.push(this.#pair(index));
    for (let index = 0; index < olds; index++) this.#people.push(this.#old(firstOld + index, index % 2 === 0 ? 'http' : 'php'));
    this.#startPhp();
    await Promise.all(this.#people.map((person) => person.ready));
  }

  /** Sends until `stop()`. */
  run() {
    const each = 1000 * this.#people.length / this.rate;
    this.#jobs = this.#people.map(async (person) => {
      await delay(this.random() * each);
      while (!this.#stopped) {
        person.send();
        await delay(each * (0.5 + this.random()));
      }
    });
  }

  /** Ends the sending; what is under way goes on. */
  async stop() {
    this.#stopped = true;
    await Promise.all(this.#jobs);
  }

  /** Cuts the sockets of all clients at once, as a switch that restarts. */
  cutAll() { this.#people.forEach((person) => person.cut()); }

  close() {
    this.#people.forEach((person) => person.close());
    this.php?.kill('SIGKILL');
  }

  #id(from) { return `${from}.${++this.#sequence}`; }

  // A balancer before the gateways: one that is not draining, at random.
  #gateway() {
    const open = this.cluster.clients.filter(({ name }) => !this.draining.has(name));
    return (open.length > 0 ? open : this.cluster.clients)[Math.floor(this.random() * Math.max(1, open.length))].url;
  }

  // A balancer before the web-apis.
  #web() { return this.cluster.http[Math.floor(this.random() * this.cluster.http.length)]; }

  async #product(number) {
    const answer = await fetch(`${this.cluster.http[0]}/api/v1/products/${number}`, {
      method: 'PUT', headers: { 'X-Api-Key': secrets.api, 'Content-Type': 'application/json' },
      body: JSON.stringify({ merchant_uid: `V_${number}`, title: `Product ${number}`, image: '/p.png', url: `/p/${number}` }),
    });
    if (!answer.ok) throw new Error(`product ${number}: ${answer.status} ${await answer.text()}`);
  }

  #new(uid) {
    let socket;
    const portico = new Portico({ url: 'ws://unused/', token: tokenOf(uid), retryTo: 4000, maxQueue: 2000, socket: (_, protocols) => (socket = new WebSocket(this.#gateway(), protocols)) });
    this.ledger.receiver(uid, 'new');
    let isUp = false;
    portico.on('state', ({ state }) => {
      if (state === 'online' && !isUp) this.ledger.connected(uid, now());
      else if (state !== 'online' && isUp) this.ledger.disconnected(uid, now());
      isUp = state === 'online';
    });
    portico.on('message', (message) => {
      if (!message.own) this.ledger.shown(uid, message.content, now(), message.conversation, message.seq);
    });
    portico.on('failed', (fault) => console.error(`${uid}: refused: ${fault.code} ${fault.message}`));
    portico.connect();
    return {
      portico,
      ready: new Promise((resolve) => portico.on('state', ({ state }) => { if (state === 'online') resolve(); })),
      cut: () => { try { socket?.close(); } catch { /* it was not open yet */ } },
    };
  }

  #pair(number) {
    const [buyerName, merchantName] = [`U_${number}`, `V_${number}`];
    const [buyer, merchant] = [this.#new(buyerName), this.#new(merchantName)];
    let code = null;
    merchant.portico.on('message', (message) => { if (!message.own) code = message.peer; });
    const send = (from, fromName, to, toName) => {
      const id = this.#id(fromName);
      this.ledger.sent(id, 'new', fromName, toName, now());
      from.portico.send(to, id).then((receipt) => this.ledger.acked(id, now(), receipt.conversation, receipt.seq), () => { /* 'failed' has told it; not acknowledged */ });
    };
    return {
      ready: Promise.all([buyer.ready, merchant.ready]),
      send: () => (code !== null && this.random() < 0.5 ? send(merchant, merchantName, code, buyerName) : send(buyer, buyerName, merchantName, merchantName)),
      cut: () => [buyer, merchant].forEach((one) => one.cut()),
      close: () => [buyer, merchant].forEach((one) => one.portico.close()),
    };
  }

  // As the old page: it connects, its backend binds it, and whatever comes is shown. It asks for nothing it has missed.
  #old(number, how) {
    const uid = `V_${number}`;
    this.ledger.receiver(uid, 'old');
    let socket = null;
    let isClosed = false;
    let resolveReady;
    const ready = new Promise((resolve) => { resolveReady = resolve; });
    const connect = () => {
      let isUp = false;
      const mine = socket = new WebSocket(this.#gateway());
      mine.onopen = () => mine.send('{"type":"handshake","role":"merchant"}');
      mine.onmessage = async ({ data }) => {
        const frame = JSON.parse(data);
        if (frame.type === 'handshake') {
          while (!isClosed && mine.readyState === WebSocket.OPEN) {
            try {
              const answer = await this.#post(this.#web(), 'BindUserClientId', { uid, client_id: frame.client_id });
              if (answer.status === 1 && mine.readyState === WebSocket.OPEN) {
                isUp = true;
                this.ledger.connected(uid, now());
                resolveReady();
                return;
              }
            } catch { /* web-api is away: the page tries again */ }
            await delay(500);
          }
        } else if (frame.type === 'reception') {
          this.ledger.shown(uid, frame.content, now(), uid, frame.primary);
        }
      };
      mine.onerror = () => { /* a close follows */ };
      mine.onclose = async () => {
        if (isUp) this.ledger.disconnected(uid, now());
        await delay(300 + this.random() * 700);
        if (!isClosed) connect();
      };
    };
    connect();
    return {
      ready,
      send: () => this.#backend(how, `U_${number}`, uid),
      cut: () => socket?.close(),
      close: () => { isClosed = true; socket?.close(); },
    };
  }

  async #backend(how, from, to) {
    const id = this.#id(from);
    const web = this.#web();
    this.ledger.sent(id, how, from, to, now());
    const form = { message: id, toMid: to, pid: to.slice(2), sendType: 'message', uid: from, client_id: '0'.repeat(20) }; // the buyer's page is not connected
    if (how === 'php') {
      this.php.stdin.write(`${JSON.stringify({ id, url: `${web}/push/push/SendMessageToMerchant`, key: secrets.api, form })}\n`);
      return;
    }
    try {
      const answer = await this.#post(web, 'SendMessageToMerchant', form);
      if (answer.status === 1) this.ledger.acked(id, now());
      else this.#refused(answer);
    } catch { /* no answer: not acknowledged, and an old backend does not repeat */ }
  }

  // One example is enough: in a fault there are many.
  #refused(answer) {
    this.refusals = (this.refusals ?? 0) + 1;
    if (this.refusals === 1) console.error(`a backend was refused: ${JSON.stringify(answer)}`);
  }

  async #post(web, route, form) {
    const answer = await fetch(`${web}/push/push/${route}`, { method: 'POST', headers: { 'X-Api-Key': secrets.api }, body: new URLSearchParams(form), signal: AbortSignal.timeout(30_000) });
    return await answer.json();
  }

  #startPhp() {
    this.php = spawn('php', [fileURLToPath(new URL('./backend.php', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
    process.once('exit', () => this.php.kill('SIGKILL'));
    createInterface({ input: this.php.stdout }).on('line', (id) => this.ledger.acked(id, now()));
  }
}
