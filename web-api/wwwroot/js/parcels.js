// Messages of pictures on their way. Their pictures are brought to the server one by one, again after a lost connection; until the message is
// stored they are kept in the browser, so that no reload loses them, and one page at a time takes care of each.
import { t } from './ui.js';

const LARGEST = 10 << 20; // bytes of a picture
const LARGEST_KEPT = 32 << 20; // bytes of a message
const TRIES = 5;
const KEPT_FOR = 24 * 3600_000;
const all = new WeakMap();

/** Those of a client; `keepParcels` has begun them. */
export const parcelsOf = (client) => all.get(client);

/** Begins with what an earlier page of the same owner has left. */
export function keepParcels(client, owner) {
  all.set(client, new Parcels(client, owner));
}

class Parcels {
  #client; #owner; #there = new Map(); #listeners = new Set(); #shelf = openShelf();

  constructor(client, owner) {
    this.#client = client;
    this.#owner = owner;
    addEventListener('beforeunload', (event) => { if ([...this.#there.values()].some((parcel) => !parcel.isKept)) event.preventDefault(); });
    this.#resume();
  }

  /** `listener` is told of each that is there, comes, moves on (`progress`), cannot (`fault`) or is done with. Returns how to stop. */
  follow(to, listener) {
    const told = (parcel) => { if (parcel.to === to) listener(parcel); };
    this.#listeners.add(told);
    this.#there.forEach(told);
    return () => this.#listeners.delete(told);
  }

  has(id) { return this.#there.has(id); }

  send(to, files) {
    this.#begin({ id: this.#client.newId(), owner: this.#owner, to, files, paths: [], at: Date.now() }, false);
  }

  again(id) {
    const parcel = this.#there.get(id);
    if (parcel) this.#carry(parcel);
  }

  discard(id) {
    const parcel = this.#there.get(id);
    if (parcel) this.#done(parcel);
  }

  // Another page may carry it still: this one waits until that is done with it, or gone.
  async #resume() {
    for (const { id } of await this.#shelf.list(this.#owner)) this.#takeUp(id);
  }

  async #takeUp(id) {
    const release = await hold(id);
    if (release === null) return;
    const row = (await this.#shelf.list(this.#owner)).find((one) => one.id === id);
    if (row && Date.now() - row.at < KEPT_FOR) {
      this.#begin(row, true, release);
    } else {
      this.#shelf.remove(id);
      release();
    }
  }

  async #begin(row, isKept, release = null) {
    const parcel = { ...row, row, isKept, release, shown: row.files.map((file) => URL.createObjectURL(file)), progress: t('uploading', row.paths.length + 1, row.files.length), fault: null, isDone: false };
    this.#there.set(row.id, parcel);
    this.#tell(parcel);
    if (!isKept && row.files.reduce((sum, file) => sum + file.size, 0) <= LARGEST_KEPT) {
      parcel.release = await hold(row.id);
      parcel.isKept = parcel.release !== null && await this.#shelf.put(row);
    }
    if (!parcel.isDone) this.#carry(parcel);
    else this.#shelf.remove(row.id);
  }

  async #carry(parcel) {
    const { row } = parcel;
    parcel.fault = null;
    try {
      while (row.paths.length < row.files.length) {
        parcel.progress = t('uploading', row.paths.length + 1, row.files.length);
        this.#tell(parcel);
        row.paths.push(await this.#put(row.files[row.paths.length]));
        if (parcel.isKept) await this.#shelf.note(row.id, row.paths);
      }
      parcel.progress = null;
      this.#tell(parcel);
      await this.#client.send(row.to, row.paths, { type: 3, id: row.id }); // with its id and the same paths it is stored once
      this.#done(parcel);
    } catch ({ code, message }) {
      parcel.fault = { code, message };
      this.#tell(parcel);
    }
  }

  async #put(file) {
    if (file.size > LARGEST) throw Object.assign(new Error(), { code: 'too_large' });
    for (let left = TRIES; ; left--) {
      try {
        return (await this.#client.api('POST', '/api/v1/uploads', file)).path;
      } catch (fault) {
        if (left === 1 || !['offline', 'http_502', 'http_503'].includes(fault.code)) throw fault;
        await this.#breath();
      }
    }
  }

  // Until there is a connection again; where there is one, a moment.
  #breath() {
    return new Promise((resolve) => {
      if (this.#client.state === 'online') {
        setTimeout(resolve, 2000);
        return;
      }
      const off = this.#client.on('state', ({ state }) => {
        if (state !== 'online' && state !== 'closed') return;
        off();
        resolve();
      });
    });
  }

  #done(parcel) {
    parcel.isDone = true;
    this.#there.delete(parcel.id);
    if (parcel.isKept) this.#shelf.remove(parcel.id);
    parcel.release?.();
    this.#tell(parcel);
    parcel.shown.forEach((address) => URL.revokeObjectURL(address));
  }

  #tell(parcel) { this.#listeners.forEach((listener) => listener(parcel)); }
}

/** Resolves with how to let go of it, as soon as no other page has it; with null where the browser cannot tell. */
function hold(id) {
  return new Promise((resolve) => {
    if (!navigator.locks) resolve(null);
    else navigator.locks.request('portico_parcel_' + id, () => new Promise((release) => resolve(release))).catch(() => resolve(null));
  });
}

// Rows in IndexedDB. Where there is none, or no room, nothing is kept, and the page asks before it is left.
function openShelf() {
  let opened = null;
  const open = () => opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open('portico', 1);
    asked.onupgradeneeded = () => ['parcels', 'paths'].forEach((name) => asked.result.createObjectStore(name, { keyPath: 'id' }));
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = asked.onblocked = () => reject(asked.error);
  });
  const run = async (mode, action) => {
    const change = (await open()).transaction(['parcels', 'paths'], mode);
    const answers = action(change.objectStore('parcels'), change.objectStore('paths'));
    await new Promise((resolve, reject) => {
      change.oncomplete = resolve;
      change.onerror = change.onabort = () => reject(change.error);
    });
    return answers.map((asked) => asked.result);
  };
  return {
    put: ({ id, owner, to, files, at }) => run('readwrite', (parcels) => [parcels.put({ id, owner, to, files, at })]).then(() => true, () => false),
    note: (id, paths) => run('readwrite', (_, known) => [known.put({ id, paths })]).catch(() => { /* after a reload they are brought once more */ }),
    remove: (id) => run('readwrite', (parcels, known) => [parcels.delete(id), known.delete(id)]).catch(() => { /* it is forgotten in a day */ }),
    list: (owner) => run('readonly', (parcels, known) => [parcels.getAll(), known.getAll()]).then(
      ([rows, known]) => rows.filter((row) => row.owner === owner).map((row) => ({ ...row, paths: known.find(({ id }) => id === row.id)?.paths ?? [] })), () => []),
  };
}
