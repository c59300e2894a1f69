// A WebSocket and HTTP server whose every answer a test decides. RFC 6455 as far as a browser's text messages need it.
import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';

/** One client's socket. Emits 'frame' (parsed JSON) and 'gone'. */
class Peer extends EventEmitter {
  constructor(request, socket, protocol) {
    super();
    this.url = request.url;
    this.protocol = protocol;
    this.offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    this.socket = socket;
    this.frames = [];
    this.rest = Buffer.alloc(0);
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', () => { /* the other side went away: 'close' follows */ });
    socket.on('close', () => this.emit('gone'));
  }

  send(frame) { this.#write(1, Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame))); }

  close(code = 1000, reason = '') {
    const body = Buffer.alloc(2 + Buffer.byteLength(reason));
    body.writeUInt16BE(code);
    body.write(reason, 2);
    this.#write(8, body);
    this.socket.end();
  }

  /** As a cut wire: no goodbye. */
  cut() { this.socket.destroy(); }

  #write(opcode, body) {
    const head = body.length < 126 ? Buffer.from([0x80 | opcode, body.length]) : Buffer.from([0x80 | opcode, 126, body.length >> 8, body.length & 255]);
    if (!this.socket.destroyed) this.socket.write(Buffer.concat([head, body]));
  }

  #read(bytes) {
    this.rest = Buffer.concat([this.rest, bytes]);
    for (;;) {
      if (this.rest.length < 2) return;
      const short = this.rest[1] & 127;
      const headLength = (short === 126 ? 4 : short === 127 ? 10 : 2) + 4;
      if (this.rest.length < headLength) return;
      const length = short === 126 ? this.rest.readUInt16BE(2) : short === 127 ? Number(this.rest.readBigUInt64BE(2)) : short;
      if (this.rest.length < headLength + length) return;
      const mask = this.rest.subarray(headLength - 4, headLength);
      const body = Buffer.from(this.rest.subarray(headLength, headLength + length)).map((byte, at) => byte ^ mask[at & 3]);
      const opcode = this.rest[0] & 15;
      this.rest = this.rest.subarray(headLength + length);
      if (opcode === 8) { this.socket.end(); return; }
      if (opcode === 1) {
        const frame = JSON.parse(body.toString());
        this.frames.push(frame);
        this.emit('frame', frame);
      }
    }
  }
}

export class ScriptedServer extends EventEmitter {
  peers = [];
  requests = [];
  /** Frames by type to what is answered; a function gets (frame, peer) and answers by itself. */
  answers = {};
  /** 'METHOD /path' to an object, or a function of (request) that returns one; `status` inside is the HTTP status. */
  routes = {};
  refuse = false;

  static async start() {
    const server = new ScriptedServer();
    server.http = createServer((request, response) => server.#serve(request, response));
    server.http.on('upgrade', (request, socket) => server.#upgrade(request, socket));
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    server.port = server.http.address().port;
    return server;
  }

  get url() { return `ws://127.0.0.1:${this.port}/`; }
  get api() { return `http://127.0.0.1:${this.port}`; }
  get peer() { return this.peers.at(-1); }

  async stop() {
    this.peers.forEach((peer) => peer.cut());
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  #upgrade(request, socket) {
    if (this.refuse) {
      socket.destroy();
      this.emit('refused');
      return;
    }
    const accept = createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const protocol = offered.includes('portico.v1') ? 'portico.v1' : '';
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${protocol ? `Sec-WebSocket-Protocol: ${protocol}\r\n` : ''}\r\n`);
    const peer = new Peer(request, socket, protocol);
    this.peers.push(peer);
    peer.on('frame', (frame) => {
      const answer = this.answers[frame.type];
      if (typeof answer === 'function') answer(frame, peer);
      else if (answer) peer.send({ ...answer, ref: frame.ref });
      this.emit('frame', frame, peer);
    });
    this.emit('peer', peer);
  }

  async #serve(request, response) {
    let body = '';
    for await (const part of request) body += part;
    const call = { method: request.method, url: new URL(request.url, this.api), headers: request.headers, body };
    this.requests.push(call);
    const route = this.routes[`${call.method} ${call.url.pathname}`];
    const answer = typeof route === 'function' ? await route(call) : route;
    response.writeHead(answer?.status > 99 ? answer.status : answer ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  }
}

/** A server that knows one uid and one conversation 7 with V_1, whose log the test fills. */
export async function shopServer() {
  const server = await ScriptedServer.start();
  server.log = [];
  server.keptFrom = 1;
  server.answers.handshake = (frame, peer) => peer.send({ type: 'handshake', client_id: '7f0000010b5400000001', time: '10:00:00', uid: 'U_1' });
  server.answers.sync = (frame, peer) => {
    const last_seq = server.log.length;
    const after = frame.conversations['7'];
    const messages = after === undefined ? [] : server.log.slice(Math.max(after, server.keptFrom - 1), after + frame.limit);
    const page = { messages, more: after === undefined ? last_seq > 0 : after + frame.limit < last_seq, kept_from: server.keptFrom, last_seq, read: 0, peer_read: 0, peer: 'V_1' };
    peer.send({ type: 'sync', ref: frame.ref, conversations: last_seq > 0 ? { 7: page } : {} });
  };
  server.store = (content, sender = 'V_1', client_msg_id) => {
    const seq = server.log.length + 1;
    server.log.push({ id: 100 + seq, conversation: '7', seq, sender, recipient: sender === 'V_1' ? 'U_1' : 'V_1', type: 1, content, sent_at: 1_700_000_000_000 + seq, client_msg_id });
    return seq;
  };
  server.reception = (seq) => {
    const row = server.log[seq - 1];
    return { type: 'reception', content: row.content, time: '10:00:00', timestamp: 1_700_000_000, c_type: 1, primary: row.id, conversation: '7', seq };
  };
  server.storeSend = (frame) => {
    const earlier = server.log.find((row) => row.client_msg_id === frame.client_msg_id);
    const seq = earlier?.seq ?? server.store(frame.content, 'U_1', frame.client_msg_id);
    return { type: 'ack', client_msg_id: frame.client_msg_id, conversation: '7', seq, primary: 100 + seq, timestamp: 1_700_000_000, time: '10:00:00', ...(earlier ? { repeated: 1 } : {}) };
  };
  server.answers.send = (frame, peer) => peer.send(server.storeSend(frame));
  return server;
}
