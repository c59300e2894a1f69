// The library before a server whose every answer a test decides.
import { Portico } from '../../../web-api/wwwroot/js/portico.js';
import { shopServer } from './scripted-server.mjs';

const open = [];

/** A client in a hurry, which keeps what it told: messages, states, gaps, faults. */
export function client(server, options = {}) {
  const portico = new Portico({ url: server.url, retryFrom: 5, retryTo: 40, holeWait: 20, ...options });
  for (const [name, list] of [['message', 'messages'], ['state', 'states'], ['gap', 'gaps'], ['error', 'faults']]) {
    portico[list] = [];
    portico.on(name, (value) => portico[list].push(value));
  }
  open.push(portico);
  return portico;
}

export async function server(kind = shopServer) {
  const started = await kind();
  closeLater({ close: () => started.stop() });
  return started;
}

export const closeLater = (one) => { open.push(one); };

export async function closeAll() {
  for (const one of open.splice(0)) await one.close();
}

/** Waits for an event of the client that fits; what came already does not count. */
export function event(portico, name, fits = () => true) {
  return new Promise((resolve) => {
    const off = portico.on(name, (value) => {
      if (!fits(value)) return;
      off();
      resolve(value);
    });
  });
}

/** The end is a guard, no measure: without one the loop would outlive its test and keep the process alive. */
export async function until(condition) {
  const end = performance.now() + 170_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never came true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export async function online(portico, scripted) {
  portico.connect();
  await until(() => portico.state === 'online');
  if (scripted) await until(() => scripted.peer.frames.some((frame) => frame.type === 'sync'));
}

export const texts = (portico) => portico.messages.map((message) => message.content);
export const sends = (scripted) => scripted.peers.flatMap((peer) => peer.frames.filter((frame) => frame.type === 'send'));
