// What is written in a conversation and not stored yet: it stands there at once, waits, and can be tried again or removed when it is refused.
import { parcelsOf } from './parcels.js';

// To try again what the server refuses for what it is changes nothing.
const HOPELESS = new Set(['http_400', 'http_413', 'http_415', 'too_large', 'too_big', 'bad_field']);

export class Outgoing {
  #client; #to; #list; #on; #off;

  /** @param on `added()`, `changed()`, and `decided()` after one has chosen what becomes of a refused one */
  constructor(client, to, list, on) {
    this.#client = client;
    this.#to = to;
    this.#list = list;
    this.#on = on;
    for (const { id, content, type } of client.pending.filter((waiting) => waiting.to === to)) this.#add({ id, content, type });
    this.#off = [parcelsOf(client).follow(to, (parcel) => this.#follow(parcel)), client.on('failed', (fault) => this.#failed(fault.clientMsgId, fault))];
  }

  send(content, type) {
    const id = this.#client.newId();
    this.#add({ id, type, content });
    this.#client.send(this.#to, content, { type, id }).catch((fault) => this.#failed(id, fault));
  }

  sendPictures(files) { parcelsOf(this.#client).send(this.#to, files); }

  close() { this.#off.forEach((off) => off()); }

  #add(message) {
    this.#list.addPending(message);
    this.#on.added();
  }

  // It stands there with its pictures as they are here, and leaves when all of them are with the server.
  #follow({ id, shown, row, progress, fault, isDone }) {
    if (isDone) return;
    if (!this.#list.has('p:' + id)) this.#add({ id, type: 3, content: shown });
    if (fault) this.#failed(id, fault);
    else this.#list.progress(id, progress);
  }

  #failed(id, fault) {
    const parcels = parcelsOf(this.#client);
    const isParcel = parcels.has(id);
    const retry = (item) => {
      if (isParcel) parcels.again(id);
      else this.send(item.message.content, item.message.type);
      this.#on.decided();
    };
    const discard = () => {
      if (isParcel) parcels.discard(id);
      this.#on.decided();
    };
    this.#list.fail(id, fault, HOPELESS.has(fault.code) ? { discard } : { retry, discard });
    this.#on.changed();
  }
}
